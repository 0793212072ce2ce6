/** A request waiting to run. */
export interface QueuedRequest {
  /** When the client sent it, epoch milliseconds by its own clock. */
  readonly sentAt: number;
  /** Runs it; resolves to the time of its failure when the queue behind it must be aborted. */
  run(): Promise<number | undefined>;
  abort(): void;
}

/**
 * For how long after an error a request may still arrive that was sent before it, in milliseconds: a cell that blocked
 * the event loop leaves what "Run All" sent unread in the socket. Counted by a timer, not by the clock: the loop reads
 * its sockets before it runs timers, so that a kernel that got no processor meanwhile still reads them in time.
 */
const stragglerMs = 200;

/** One cell at a time, in order; an error aborts what was sent before it, and nothing sent after it. */
export class ExecutionQueue {
  readonly #waiting: QueuedRequest[] = [];
  #running = false;
  #failedAt = Number.NEGATIVE_INFINITY;
  #forgetting: NodeJS.Timeout | undefined;

  add(request: QueuedRequest): void {
    this.#waiting.push(request);
    if (!this.#running) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#running = true;
    for (let request = this.#waiting.shift(); request !== undefined; request = this.#waiting.shift()) {
      if (request.sentAt < this.#failedAt) {
        request.abort();
        continue;
      }
      const failedAt = await request.run();
      if (failedAt === undefined) continue;
      this.#remember(failedAt);
      for (const waiting of this.#waiting.splice(0)) waiting.abort();
    }
    this.#running = false;
  }

  #remember(failedAt: number): void {
    this.#failedAt = failedAt;
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => {
      this.#failedAt = Number.NEGATIVE_INFINITY;
    }, stragglerMs).unref();
  }
}
