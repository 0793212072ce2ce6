import type { ChildEnd } from "@sightline/foundation/supervised-child";
import { decodingBytes } from "../image/picture-header.js";
import { containerCpus } from "../shared/container-limits.js";
import { HostCrashedError, ModelError, OutOfMemoryError } from "../shared/errors.js";
import { type Host, startHost } from "./host.js";
import type { HostItem, HostReply, HostResult, HostSetup } from "./host-protocol.js";
import { blame, isGivenUp, isSuspect, type Job } from "./job.js";
import { MemoryBudget, type MemoryLease } from "./memory-budget.js";
import { Pace } from "./pace.js";

/** Options of `startHostPool`. */
export interface HostPoolOptions {
  readonly setup: HostSetup;
  /** Child processes. Default: one for each core. */
  readonly hosts?: number;
  /** Pictures handed to a host at once. Default 8. */
  readonly maxBatch?: number;
  /** Milliseconds that a host may take for what it is handed; then it is killed. Default 20,000. */
  readonly answerMs?: number;
  /** Memory that hosts and pictures share with others. Default: all of the container's. */
  readonly memory?: MemoryBudget;
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
  /** Hosts that ended or hung and were replaced. */
  readonly replaced: number;
  /** Process ids of the living hosts. */
  readonly pids: readonly number[];
  /**
   * Decodes and runs one picture. A host that ends or hangs with it is replaced, and the picture tried once more, alone; up
   * to four times more where the host was killed or stopped from outside.
   *
   * @throws HostCrashedError when two hosts ended or hung at this picture, or five were harmed from outside; OutOfMemoryError when the container
   *   has no room for decoding it; `signal.reason` when the signal ends the wait
   */
  run(item: HostItem, signal?: AbortSignal): Promise<HostResult>;
  /** Ends the hosts at once; what is still waiting is rejected. */
  close(): Promise<void>;
}

interface Place {
  readonly host: Host;
  loaded: boolean;
  jobs: readonly Job[];
  /** When they were handed over. */
  began: number;
  /** What the pictures in work hold. */
  readonly memory: MemoryLease;
}

/** Copies of an encoded picture between here and the decoder: the message, the pipe's end, the host's own. */
const COPIES = 3;
/** Bytes that a host may grow by beside what is counted: fragments of freed memory, and what the JPEG decoder keeps. */
const HOST_SLACK_BYTES = 48 * 2 ** 20;
/** Ends in a row, with no host loaded between, after which the model counts as one that cannot be loaded. */
const MOST_FAILED_LOADS = 5;

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
  readonly #hosts: number;
  readonly #memory: MemoryBudget;
  /** What the hosts hold by themselves. */
  readonly #base: MemoryLease;
  readonly #places = new Set<Place>();
  readonly #restarts = new Set<NodeJS.Timeout>();
  #queue: Job[] = [];
  #closed = false;
  #failures = 0;
  #replaced = 0;
  readonly #pace = new Pace();
  #onLoaded!: () => void;
  #onFailed!: (error: unknown) => void;

  constructor(options: HostPoolOptions) {
    this.#options = options;
    this.#hosts = options.hosts ?? containerCpus();
    this.#memory = options.memory ?? new MemoryBudget();
    this.#base = this.#memory.lease();
    this.loaded = new Promise((resolve, reject) => {
      this.#onLoaded = resolve;
      this.#onFailed = reject;
    });
    // Also rejected when nobody waits any more: closing is not an unhandled error.
    this.loaded.catch(() => {});
    for (let i = 0; i < this.#hosts; i++) this.#start();
  }

  get ready(): number {
    return [...this.#places].filter(({ loaded }) => loaded).length;
  }

  get pending(): number {
    return this.#queue.length + [...this.#places].reduce((sum, { jobs }) => sum + jobs.length, 0);
  }

  get replaced(): number {
    return this.#replaced;
  }

  get pids(): readonly number[] {
    return [...this.#places].flatMap(({ host }) => host.pid ?? []);
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
      const { image } = item;
      const job: Job = {
        item,
        bytes: image.byteLength * COPIES + decodingBytes(image, this.#options.setup.maxPixels),
        resolve: settle(resolve),
        reject: settle(reject),
        crashes: 0,
        harms: 0,
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
    for (const { jobs } of this.#places) for (const job of jobs) job.reject(error);
    await Promise.all([...this.#places].map(({ host }) => host.close()));
    this.#base.release();
  }

  #start(): void {
    const { setup, maxBatch = 8, answerMs = 20_000, script } = this.#options;
    const host = startHost({
      setup,
      maxBatch,
      answerMs,
      script: script ?? new URL("./inference-host.js", import.meta.url),
      onReply: (reply) => this.#onReply(place, reply),
      onEnd: (end) => this.#onEnd(place, end),
    });
    const place: Place = { host, loaded: false, jobs: [], began: 0, memory: this.#memory.lease() };
    this.#places.add(place);
  }

  #onReply(place: Place, reply: Exclude<HostReply, { kind: "beat" }>): void {
    if (reply.kind === "setup-failed") {
      this.#onFailed(new ModelError(reply.message));
    } else if (reply.kind === "ready") {
      place.loaded = true;
      this.#failures = 0;
      this.#pace.fixedBatch = reply.fixedBatch;
      // All hosts have the same model: the first tells what they will hold.
      if (this.#base.bytes === 0) this.#base.mustGrow((reply.rssBytes + HOST_SLACK_BYTES) * this.#hosts);
      this.#onLoaded();
    } else {
      const { jobs } = place;
      this.#pace.took((performance.now() - place.began) / jobs.length);
      place.jobs = [];
      place.memory.release();
      jobs.forEach((job, i) => {
        job.resolve(reply.results[i]!);
      });
    }
    this.#dispatch();
  }

  #dispatch(): void {
    for (const place of this.#places) {
      if (this.#queue.length === 0) return;
      if (!place.loaded || place.jobs.length > 0) continue;
      const jobs = this.#take(place.memory);
      if (jobs.length === 0) return;
      place.jobs = jobs;
      place.began = performance.now();
      place.host.run(jobs.map(({ item }) => item));
    }
  }

  /** The next pictures for one host, as far as there is memory for them. */
  #take(memory: MemoryLease): Job[] {
    const places = [...this.#places];
    // Idle hosts share what waits, so that one full message does not leave a core without work.
    const idle = places.filter(({ loaded, jobs }) => loaded && jobs.length === 0).length;
    const share = Math.min(
      this.#options.maxBatch ?? 8,
      Math.ceil(this.#queue.length / idle),
      this.#pace.picturesAtOnce(this.#queue.length / this.#hosts),
    );
    const jobs: Job[] = [];
    for (let next = this.#queue[0]; next && jobs.length < share; next = this.#queue[0]) {
      // A picture that was in work when a host ended goes alone: the culprit shall not take others with it twice.
      if (isSuspect(next) && jobs.length > 0) break;
      if (!memory.grow(next.bytes)) {
        // What others hold comes free when they are done; when nobody works here, waiting would be for nothing.
        if (jobs.length > 0 || places.some((place) => place.jobs.length > 0)) break;
        this.#queue.shift();
        next.reject(new OutOfMemoryError("Decoding this picture", next.bytes, this.#memory.freeBytes));
        continue;
      }
      jobs.push(next);
      this.#queue.shift();
      if (isSuspect(next)) break;
    }
    return jobs;
  }

  #onEnd(place: Place, { how, signal, killed, suspended }: ChildEnd): void {
    place.memory.release();
    if (!this.#places.delete(place) || this.#closed) return;
    const jobs = place.jobs.filter(({ cancelled }) => !cancelled);
    this.#options.onCrash?.(
      `Inference host ${place.host.pid ?? ""} ${how}, with ${jobs.length} pictures in work.`,
    );
    for (const job of jobs) blame(job, suspended ?? (signal === "SIGKILL" && !killed));
    for (const job of jobs.filter(isGivenUp)) {
      job.reject(
        new HostCrashedError(
          `${job.crashes + job.harms} inference hosts in a row failed at this image; the last ${how}.`,
        ),
      );
    }
    // Those that were in work go first.
    this.#queue.unshift(...jobs.filter((job) => !isGivenUp(job)));
    this.#failures += 1;
    this.#replaced += 1;
    if (this.#failures > MOST_FAILED_LOADS && this.ready === 0) {
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
