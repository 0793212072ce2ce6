/** Events that one side pushes and the other iterates; only the newest of a kind that `replaces` says is kept. */
export class EventQueue<Event> {
  #events: Event[] = [];
  #closed = false;
  #wake: (() => void) | undefined;
  readonly #replaces: (older: Event, newer: Event) => boolean;

  /** @param replaces whether an event not yet taken is outdated by a newer one; keeps a slow reader's queue short */
  constructor(replaces: (older: Event, newer: Event) => boolean = () => false) {
    this.#replaces = replaces;
  }

  push(event: Event): void {
    const last = this.#events.at(-1);
    if (last !== undefined && this.#replaces(last, event)) this.#events.pop();
    this.#events.push(event);
    this.#wake?.();
  }

  /** Ends the iteration once everything has been taken. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    for (;;) {
      while (this.#events.length > 0) yield this.#events.shift()!;
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
