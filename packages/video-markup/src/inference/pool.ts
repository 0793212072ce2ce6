import { availableParallelism } from "node:os";
import { HostError } from "../errors.js";
import { type HostProcess, hostScript, startHost } from "./host-process.js";
import type { HostTask, TaskResult } from "./host-protocol.js";
import { createJobQueue, type PoolRunOptions, type QueuedTask } from "./job-queue.js";
import { countGpus, framesOf, keyOf, needsGpu, tasksAtOnce } from "./task-needs.js";

/** Options of {@link createPool}. */
export interface PoolOptions {
  /** Host processes at work at once. Default: one a CPU core. */
  readonly workers?: number;
  /** Hosts that may hold a model on a GPU at once. Default: one a GPU. */
  readonly gpuSlots?: number;
  /** A host is replaced after this many tasks, so that no leak can grow. Default 100. */
  readonly tasksPerHost?: number;
  /** A host above this much memory is replaced after its task, in bytes. Default 1 GiB. */
  readonly hostMemoryBytes?: number;
  /** Silence after which a host counts as hung, in milliseconds. Default 120,000. */
  readonly silenceMs?: number;
  /** How often a task is tried again after its host crashed or hung. Default 2. */
  readonly retries?: number;
  /** An idle host ends after this long, in milliseconds. Default 5,000. */
  readonly idleMs?: number;
}

/** One job's access to the pool: its tasks are queued beside those of others, and served in turn. */
export interface PoolJob {
  /** Runs a task when it is its turn. A lower `priority` goes first among the job's own tasks. */
  run(task: HostTask, options?: PoolRunOptions): Promise<TaskResult>;
}

/** Host processes shared by any number of jobs. */
export interface HostPool {
  /** Most hosts at work at once. */
  readonly workers: number;
  /** Most hosts at once that hold a model on a GPU. */
  readonly gpuSlots: number;
  /** CPU threads that a session of one host may use: the cores shared out among the hosts. */
  readonly threadsPerHost: number;
  /** Process ids of the hosts that are running now. */
  readonly pids: readonly number[];
  /** Ends every host: idle ones in order, those at work at once. Tasks at work and in the queue fail. */
  close(): Promise<void>;
}

/** What jobs see of a pool beside that. */
export interface TaskPool extends HostPool {
  /** Joins the pool; at most `maxTasks` of this job are at work at once. */
  openJob(options?: { readonly maxTasks?: number | undefined }): PoolJob;
  /** Starts hosts before there are tasks, so that so many are there in all, as far as `workers` allows. */
  prepare(hosts: number): void;
}

/** Where a task is done: at a host that is at work already, or (no seat) at an idle or new one. */
interface Place {
  readonly seat: Seat | undefined;
  readonly gpuSlot: number | undefined;
}

interface Seat {
  readonly host: HostProcess;
  modelKey: string | undefined;
  /** Tasks at work. */
  tasks: number;
  gpuSlot: number | undefined;
  idleTimer: NodeJS.Timeout | undefined;
}

/**
 * Makes a pool of its own. Without one, all jobs of a process share one of default settings.
 *
 * @throws {RangeError} when an option is no number
 * @example
 * ```ts
 * const pool = createPool({ workers: 2 });
 * await Promise.all(videos.map((video) => detectVideo(video, `${video}.jsonl`, { model, pool })));
 * await pool.close();
 * ```
 */
export function createPool(options: PoolOptions = {}): HostPool {
  return createTaskPool(options);
}

/** The pool that a job was given, or else the one that all jobs of this process share. */
export function poolOf(given: HostPool | undefined): TaskPool {
  // Every pool comes from `createPool`; callers see the part of it that is theirs.
  return given === undefined ? sharedPool() : (given as TaskPool);
}

function createTaskPool(options: PoolOptions): TaskPool {
  for (const name of [
    "workers",
    "gpuSlots",
    "silenceMs",
    "idleMs",
    "tasksPerHost",
    "hostMemoryBytes",
  ] as const) {
    if (Number.isNaN(options[name])) throw new RangeError(`${name} is NaN; it must be a number`);
  }
  // Here a caller hears of it; later it would be a task that cannot begin.
  hostScript();
  const workers = Math.max(1, Math.floor(options.workers ?? availableParallelism()));
  const gpuSlots = Math.max(1, Math.floor(options.gpuSlots ?? countGpus()));
  const { tasksPerHost = 100, hostMemoryBytes = 2 ** 30, silenceMs = 120_000, retries = 2 } = options;
  const { idleMs = 5000 } = options;
  const queue = createJobQueue();
  let seats: Seat[] = [];
  /** Raised when the pool is closed: what was at work then is not tried again. */
  let generation = 0;

  /** Whether a host is to take no more tasks and be replaced. */
  const isWorn = (host: HostProcess) => host.finishedTasks >= tasksPerHost || host.rssBytes > hostMemoryBytes;

  const schedule = () => {
    for (;;) {
      const next = queue.next(placeFor);
      if (!next) return;
      start(next.queued, next.place);
    }
  };

  /** Where a task can be done now: beside others that share its model, or at a host of its own. */
  const placeFor = (task: HostTask): Place | undefined => {
    const atWork = seats.filter((seat) => seat.tasks > 0);
    const most = tasksAtOnce(task);
    const shared = atWork.find(
      ({ host, tasks, modelKey, gpuSlot }) =>
        host.alive &&
        !isWorn(host) &&
        tasks < most &&
        task.kind !== "render" &&
        modelKey === keyOf(task, gpuSlot),
    );
    if (shared) return { seat: shared, gpuSlot: shared.gpuSlot };
    if (atWork.length >= workers) return undefined;
    if (!needsGpu(task)) return { seat: undefined, gpuSlot: undefined };
    const used = new Set(atWork.map((seat) => seat.gpuSlot));
    const gpuSlot = Array.from({ length: gpuSlots }, (_, slot) => slot).find((slot) => !used.has(slot));
    return gpuSlot === undefined ? undefined : { seat: undefined, gpuSlot };
  };

  const start = (queued: QueuedTask, { seat: shared, gpuSlot }: Place) => {
    const { job, options: runOptions } = queued;
    const seat = shared ?? takeSeat(queued.task, gpuSlot);
    seat.tasks++;
    job.running++;
    job.servedFrames += framesOf(queued.task);
    const started = generation;
    const task =
      gpuSlot !== undefined && queued.task.kind !== "render"
        ? { ...queued.task, model: { ...queued.task.model, deviceId: gpuSlot } }
        : queued.task;
    seat.host.run(task, { ...runOptions, silenceMs }).then(
      (result) => {
        job.running--;
        leaveSeat(seat);
        queued.resolve(result);
        schedule();
      },
      (error: unknown) => {
        job.running--;
        leaveSeat(seat);
        const again = queued.triesLeft > 0 && generation === started && runOptions.signal?.aborted !== true;
        if (error instanceof HostError && again) {
          queued.triesLeft--;
          runOptions.onRetry?.(error);
          queue.add(queued);
        } else queued.reject(error);
        schedule();
      },
    );
  };

  const takeSeat = (task: HostTask, gpuSlot: number | undefined): Seat => {
    seats = seats.filter(({ host }) => host.alive);
    const modelKey = task.kind !== "render" ? keyOf(task, gpuSlot) : undefined;
    const idle = seats.filter((seat) => seat.tasks === 0);
    // A host that has the model loaded, else one that holds none, else a new one while there is room.
    let seat = modelKey
      ? idle.find((other) => other.modelKey === modelKey)
      : idle.find((other) => other.modelKey === undefined);
    seat ??= idle.find((other) => other.modelKey === undefined);
    if (!seat && seats.length >= workers) seat = idle[0];
    seat ??= addSeat();
    clearTimeout(seat.idleTimer);
    seat.gpuSlot = gpuSlot;
    if (modelKey) seat.modelKey = modelKey;
    return seat;
  };

  const addSeat = (): Seat => {
    const seat: Seat = {
      host: startHost(),
      modelKey: undefined,
      tasks: 0,
      gpuSlot: undefined,
      idleTimer: undefined,
    };
    seats.push(seat);
    return seat;
  };

  const leaveSeat = (seat: Seat) => {
    seat.tasks--;
    if (seat.tasks === 0) rest(seat);
  };

  /** An idle host is replaced when it has done its part, and ends when nothing comes for it. */
  const rest = (seat: Seat) => {
    if (isWorn(seat.host)) void seat.host.dismiss();
    if (!seat.host.alive) {
      seats = seats.filter((other) => other !== seat);
      return;
    }
    seat.idleTimer = setTimeout(() => {
      seats = seats.filter((other) => other !== seat);
      void seat.host.dismiss();
    }, idleMs);
    seat.idleTimer.unref();
  };

  return {
    workers,
    gpuSlots,
    threadsPerHost: Math.max(1, Math.floor(availableParallelism() / workers)),
    get pids() {
      return seats.flatMap(({ host }) => (host.alive ? (host.pid ?? []) : []));
    },
    openJob({ maxTasks = workers } = {}) {
      const job = queue.openJob(maxTasks);
      return {
        run(task, runOptions = {}) {
          const { signal } = runOptions;
          let onAbort = () => {};
          return new Promise<TaskResult>((resolve, reject) => {
            signal?.throwIfAborted();
            const triesLeft = runOptions.retries ?? retries;
            const queued: QueuedTask = { task, options: runOptions, job, resolve, reject, triesLeft };
            onAbort = () => {
              if (queue.remove(queued)) reject(signal?.reason);
            };
            signal?.addEventListener("abort", onAbort, { once: true });
            queue.add(queued);
            schedule();
          }).finally(() => signal?.removeEventListener("abort", onAbort));
        },
      };
    },
    prepare(hosts) {
      seats = seats.filter(({ host }) => host.alive);
      while (seats.length < Math.min(hosts, workers)) rest(addSeat());
    },
    async close() {
      generation++;
      for (const { reject } of queue.removeAll()) {
        reject(new HostError("the pool was closed before the task's turn came"));
      }
      const ending = seats.map(async ({ host, idleTimer, tasks }) => {
        clearTimeout(idleTimer);
        if (tasks > 0) host.kill();
        else await host.dismiss();
      });
      seats = [];
      await Promise.all(ending);
    },
  };
}

/**
 * The pool that all jobs of this process share. It is kept on the global object, because the ESM and the
 * CommonJS build of this package may both be loaded, and must not each take all cores.
 */
function sharedPool(): TaskPool {
  const key = Symbol.for("@sightline/video-markup pool");
  const holder = globalThis as unknown as Record<symbol, TaskPool | undefined>;
  holder[key] ??= createTaskPool({});
  return holder[key];
}
