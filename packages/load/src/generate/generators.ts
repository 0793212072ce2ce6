import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { bundledWithout } from "@sightline/foundation/bundled-without";
import { LoadError } from "../errors.js";
import { sharedNow } from "../measure/clock.js";
import { addTally, type Tally, tallyOf } from "../measure/tally.js";
import type { PreparedRequest } from "../target/target.js";
import type { FromGenerator, GeneratorData, ToGenerator } from "./messages.js";

/** A second of all generators together. */
export interface MergedSecond {
  readonly second: number;
  readonly users: number;
  readonly byStep: ReadonlyMap<number, Tally>;
}

/** Time that generators get to end by themselves, in milliseconds. */
const END_MS = 5_000;
/** Between the word to go and the first step, so that all begin it together, in milliseconds. */
const HEAD_START_MS = 50;

/** Threads that put load on a target, seen as one. */
export class Generators {
  readonly #workers: readonly Worker[];
  readonly #ready: Promise<unknown>;
  readonly #ended: Promise<unknown>;
  readonly #partial = new Map<number, { users: number; left: number; byStep: Map<number, Tally> }>();
  readonly #onSecond: (second: MergedSecond) => void;

  /** @param onSecond called once a second, when all generators have told theirs */
  constructor(
    data: Omit<GeneratorData, "index" | "count" | "left">,
    count: number,
    maxRequests: number,
    onSecond: (second: MergedSecond) => void,
  ) {
    this.#onSecond = onSecond;
    const program = fileURLToPath(new URL("./generator.js", import.meta.url));
    if (!existsSync(program)) throw new LoadError(bundledWithout("@sightline/load", program));
    const left = new BigInt64Array(new SharedArrayBuffer(8));
    left[0] = BigInt(maxRequests);
    this.#workers = Array.from({ length: count }, (_, index) => {
      const workerData: GeneratorData = { ...data, index, count, left };
      return new Worker(program, { workerData, execArgv: [] });
    });
    const told = this.#workers.map((worker) => this.#listen(worker));
    this.#ready = Promise.all(told.map(({ ready }) => ready));
    this.#ended = Promise.all(told.map(({ ended }) => ended));
    this.#ready.catch(() => {});
    this.#ended.catch(() => {});
  }

  /** Begins the first step. @returns when it begins, on the shared clock */
  async go(): Promise<number> {
    await this.#ready;
    const startsAt = sharedNow() + HEAD_START_MS;
    this.#post({ kind: "go", startsAt });
    return startsAt;
  }

  renew(requests: readonly PreparedRequest[]): void {
    this.#post({ kind: "requests", requests });
  }

  /** Ends the test now; what is under way is dropped. */
  stop(): void {
    this.#post({ kind: "stop" });
  }

  /** Waits until all have ended. @throws {LoadError} when one of them broke */
  async ended(): Promise<void> {
    await this.#ended;
    for (const second of [...this.#partial.keys()].sort((a, b) => a - b)) this.#hand(second);
  }

  /** Waits a moment for those that were told to stop, and ends the others. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, END_MS);
    });
    await Promise.race([this.#ended.catch(() => {}), late]);
    clearTimeout(timer);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #post(message: ToGenerator): void {
    for (const worker of this.#workers) worker.postMessage(message);
  }

  #listen(worker: Worker): { readonly ready: Promise<void>; readonly ended: Promise<void> } {
    let begin = () => {};
    const ready = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const ended = new Promise<void>((resolve, reject) => {
      worker.on("message", (message: FromGenerator) => {
        if (message.kind === "ready") begin();
        else if (message.kind === "second") this.#merge(message);
        else resolve();
      });
      worker.once("error", (cause) => {
        reject(new LoadError(`A load generator broke: ${cause.message}`, { cause }));
      });
      worker.once("exit", () => reject(new LoadError("A load generator ended before its time.")));
    });
    // One that breaks before it is ready must not be waited for.
    return { ready: Promise.race([ready, ended]), ended };
  }

  #merge({ second, users, byStep }: Extract<FromGenerator, { kind: "second" }>): void {
    let partial = this.#partial.get(second);
    if (partial === undefined) {
      partial = { users: 0, left: this.#workers.length, byStep: new Map() };
      this.#partial.set(second, partial);
    }
    partial.users += users;
    partial.left -= 1;
    for (const [step, tally] of byStep) {
      addTally(tallyOf(partial.byStep, step), tally);
    }
    if (partial.left === 0) this.#hand(second);
  }

  #hand(second: number): void {
    const { users, byStep } = this.#partial.get(second)!;
    this.#partial.delete(second);
    this.#onSecond({ second, users, byStep });
  }
}
