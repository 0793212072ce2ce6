import { busy } from "./request-error.js";

/** Lets a few jobs run at once, a few more wait, and refuses the rest. */
export class JobSlots {
  readonly #running: number;
  readonly #waiting: number;
  #active = 0;
  readonly #queue: (() => void)[] = [];

  constructor(running: number, waiting: number) {
    this.#running = running;
    this.#waiting = waiting;
  }

  /** Jobs at work or waiting. */
  get pending(): number {
    return this.#active + this.#queue.length;
  }

  /** Runs `job` when there is a slot. Throws `RequestError` 503 when too many wait; `signal.reason` when it ends the wait. */
  async run<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      return await job();
    } finally {
      this.#active -= 1;
      this.#queue.shift()?.();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#active < this.#running) {
      this.#active += 1;
      return;
    }
    if (this.#queue.length >= this.#waiting) {
      throw busy(`${this.pending} jobs are at work or waiting already; try again later or add instances.`);
    }
    await new Promise<void>((resolve, reject) => {
      const start = (): void => {
        signal.removeEventListener("abort", leave);
        this.#active += 1;
        resolve();
      };
      const leave = (): void => {
        this.#queue.splice(this.#queue.indexOf(start), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#queue.push(start);
    });
  }
}
