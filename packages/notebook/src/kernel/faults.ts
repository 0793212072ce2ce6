/** An error that nobody awaited or caught. */
export interface Fault {
  readonly error: unknown;
  readonly kind: "unhandled-rejection" | "uncaught-exception";
}

/** What the traceback says about a fault. */
export const faultNotes: Readonly<Record<Fault["kind"], string>> = {
  "unhandled-rejection":
    "A promise was rejected and nothing awaited it. Add `await` (or `.catch`) where it is made.",
  "uncaught-exception": "Thrown outside of the cell's own code: in a timer, an event handler or a callback.",
};

/**
 * Collects what Node would end a script for. While a cell runs they belong to it (and end it, since what it
 * awaits may now never come); later ones go to `onLate`.
 */
export class FaultCollector {
  #current: { readonly faults: Fault[]; readonly onFault: () => void } | undefined;
  readonly #onLate: (fault: Fault) => void;

  constructor(onLate: (fault: Fault) => void) {
    this.#onLate = onLate;
  }

  /** Takes over the process's two last-resort events from whoever has them. */
  listen(): void {
    process.removeAllListeners("unhandledRejection");
    process.removeAllListeners("uncaughtException");
    process.on("unhandledRejection", (error) => this.#add({ error, kind: "unhandled-rejection" }));
    process.on("uncaughtException", (error) => this.#add({ error, kind: "uncaught-exception" }));
  }

  /** Starts to collect for a cell; `onFault` is called at each. */
  begin(onFault: () => void): void {
    this.#current = { faults: [], onFault };
  }

  /** Waits for what the cell's last statements rejected, and ends the collection. */
  async end(): Promise<readonly Fault[]> {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    const faults = this.#current?.faults ?? [];
    this.#current = undefined;
    return faults;
  }

  #add(fault: Fault): void {
    if (this.#current === undefined) {
      this.#onLate(fault);
      return;
    }
    this.#current.faults.push(fault);
    this.#current.onFault();
  }
}
