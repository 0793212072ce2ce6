import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { HostCrashedError, ModelError } from "../shared/errors.js";
import type { HostItem, HostReply, HostRequest, HostResult, HostSetup } from "./host-protocol.js";
import { RUNTIME_ENVIRONMENT } from "./session.js";

/** Options of `startHostPool`. */
export interface HostPoolOptions {
  readonly setup: HostSetup;
  /** Child processes. Default: one for each core. */
  readonly hosts?: number;
  /** Pictures handed to a host at once. Default 8. */
  readonly maxBatch?: number;
  /** Script of the host. Default: `inference-host.js` beside the running program. */
  readonly script?: URL;
  /** Told of every host that ended unasked. */
  readonly onCrash?: (message: string) => void;
}

/** Child processes that each own a session of the same model. */
export interface HostPool {
  /** Processes that are loaded and alive. */
  readonly ready: number;
  /** Pictures waiting or in work. */
  readonly pending: number;
  /** Process ids of the living hosts. */
  readonly pids: readonly number[];
  /**
   * Decodes and runs one picture. Rejects with `signal.reason` when the signal ends the wait, and with
   * `HostCrashedError` when two hosts in a row ended at this picture.
   */
  run(item: HostItem, signal?: AbortSignal): Promise<HostResult>;
  /** Ends the hosts at once; what is still waiting is rejected. */
  close(): Promise<void>;
}

interface Job {
  readonly item: HostItem;
  readonly resolve: (result: HostResult) => void;
  readonly reject: (error: unknown) => void;
  crashes: number;
  cancelled: boolean;
}

interface Host {
  readonly child: ChildProcess;
  loaded: boolean;
  jobs: readonly Job[];
  batch: number;
}

/** One host for each core that this process may use. */
export function defaultHosts(): number {
  return Math.max(1, availableParallelism());
}

/**
 * Starts the hosts and waits until the first is loaded.
 *
 * @throws ModelError when the model cannot be loaded; `signal.reason` when the signal ends the wait
 */
export async function startHostPool(options: HostPoolOptions, signal?: AbortSignal): Promise<HostPool> {
  signal?.throwIfAborted();
  const pool = new Pool(options);
  const stop = (): void => void pool.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await pool.loaded;
  } catch (error) {
    await pool.close();
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  return pool;
}

class Pool implements HostPool {
  readonly loaded: Promise<void>;
  readonly #options: HostPoolOptions;
  readonly #hosts = new Set<Host>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #queue: Job[] = [];
  #closed = false;
  #failures = 0;
  #onLoaded!: () => void;
  #onFailed!: (error: unknown) => void;

  constructor(options: HostPoolOptions) {
    this.#options = options;
    this.loaded = new Promise((resolve, reject) => {
      this.#onLoaded = resolve;
      this.#onFailed = reject;
    });
    // Also rejected when nobody waits any more: closing is not an unhandled error.
    this.loaded.catch(() => {});
    for (let i = 0; i < (options.hosts ?? defaultHosts()); i++) this.#start();
  }

  get ready(): number {
    return [...this.#hosts].filter(({ loaded }) => loaded).length;
  }

  get pending(): number {
    return this.#queue.length + [...this.#hosts].reduce((sum, { jobs }) => sum + jobs.length, 0);
  }

  get pids(): readonly number[] {
    return [...this.#hosts].flatMap(({ child }) => child.pid ?? []);
  }

  run(item: HostItem, signal?: AbortSignal): Promise<HostResult> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#closed) return reject(new HostCrashedError("The inference hosts are stopped."));
      const onAbort = (): void => {
        job.cancelled = true;
        this.#queue = this.#queue.filter((waiting) => waiting !== job);
        reject(signal!.reason);
      };
      const settle =
        <T>(then: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener("abort", onAbort);
          then(value);
        };
      const job: Job = {
        item,
        resolve: settle(resolve),
        reject: settle(reject),
        crashes: 0,
        cancelled: false,
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    const error = new HostCrashedError("The inference hosts are stopped.");
    this.#onFailed(error);
    for (const job of this.#queue.splice(0)) job.reject(error);
    for (const host of this.#hosts) for (const job of host.jobs) job.reject(error);
    await Promise.all(
      [...this.#hosts].map(({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return undefined;
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        return ended;
      }),
    );
  }

  #start(): void {
    const script = this.#options.script ?? new URL("./inference-host.js", import.meta.url);
    // Pictures travel as bytes ("advanced" is structured clone), and nothing of ours goes to the host's stdout.
    const child = fork(script, {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
      env: { ...process.env, ...RUNTIME_ENVIRONMENT },
    });
    const host: Host = { child, loaded: false, jobs: [], batch: 0 };
    this.#hosts.add(host);
    child.on("message", (reply: HostReply) => this.#onReply(host, reply));
    child.on("error", () => {
      // A failed fork or send ends in "exit" or, without a process, here.
      if (child.pid === undefined) this.#onExit(host, "could not be started");
    });
    child.on("exit", (code, signal) =>
      this.#onExit(host, signal ? `was ended by ${signal}` : `ended with code ${code}`),
    );
    this.#send(host, { kind: "setup", setup: this.#options.setup });
  }

  #send(host: Host, request: HostRequest): void {
    // A send to a host that has just died fails; "exit" follows and hands its pictures on.
    host.child.send(request, () => {});
  }

  #onReply(host: Host, reply: HostReply): void {
    if (reply.kind === "setup-failed") {
      this.#onFailed(new ModelError(reply.message));
    } else if (reply.kind === "ready") {
      host.loaded = true;
      this.#failures = 0;
      this.#onLoaded();
    } else {
      const jobs = host.jobs;
      host.jobs = [];
      jobs.forEach((job, i) => {
        job.resolve(reply.results[i]!);
      });
    }
    this.#dispatch();
  }

  #dispatch(): void {
    for (const host of this.#hosts) {
      if (this.#queue.length === 0) return;
      if (!host.loaded || host.jobs.length > 0) continue;
      // Idle hosts share what waits, so that one full message does not leave a core without work.
      const idle = [...this.#hosts].filter(({ loaded, jobs }) => loaded && jobs.length === 0).length;
      const share = Math.min(this.#options.maxBatch ?? 8, Math.ceil(this.#queue.length / idle));
      // A picture that was in work when a host ended goes alone: the culprit shall not take others with it twice.
      const suspect = this.#queue.findIndex(({ crashes }) => crashes > 0);
      const count = suspect < 0 ? share : Math.max(1, Math.min(share, suspect));
      host.jobs = this.#queue.splice(0, count);
      host.batch += 1;
      this.#send(host, { kind: "run", batch: host.batch, items: host.jobs.map(({ item }) => item) });
    }
  }

  #onExit(host: Host, how: string): void {
    if (!this.#hosts.delete(host) || this.#closed) return;
    const jobs = host.jobs.filter(({ cancelled }) => !cancelled);
    this.#options.onCrash?.(
      `Inference host ${host.child.pid ?? ""} ${how} with ${jobs.length} pictures in work.`,
    );
    for (const job of jobs) job.crashes += 1;
    const lost = jobs.filter(({ crashes }) => crashes > 1);
    for (const job of lost)
      job.reject(new HostCrashedError("Two inference hosts ended while they worked on this image."));
    // Those that were in work go first.
    this.#queue.unshift(...jobs.filter(({ crashes }) => crashes <= 1));
    this.#failures += 1;
    if (this.#failures > 5 && this.ready === 0) {
      this.#onFailed(
        new ModelError(
          `The inference host ${how} ${this.#failures} times in a row while it loaded the model.`,
        ),
      );
    }
    const timer = setTimeout(
      () => {
        this.#restarts.delete(timer);
        this.#start();
      },
      Math.min(5000, 50 * 2 ** this.#failures),
    );
    this.#restarts.add(timer);
  }
}
