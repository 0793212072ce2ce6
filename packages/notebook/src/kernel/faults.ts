import { CellInterrupt } from "./execute/repl.js";

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
 * Collects what Node would end a script for. What belongs to the running cell ends it, since what it awaits may now never
 * come; what an earlier cell left behind goes to `onLate`, as does everything between cells.
 */
export class FaultCollector<Owner> {
  #current: { readonly owner: Owner; readonly faults: Fault[]; readonly onFault: () => void } | undefined;
  readonly #ownerNow: () => Owner | undefined;
  readonly #onLate: (fault: Fault, owner: Owner | undefined) => void;

  /** @param ownerNow to which cell the code that runs now belongs. */
  constructor(ownerNow: () => Owner | undefined, onLate: (fault: Fault, owner: Owner | undefined) => void) {
    this.#ownerNow = ownerNow;
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
  begin(owner: Owner, onFault: () => void): void {
    this.#current = { owner, faults: [], onFault };
  }

  /** Waits for what the cell's last statements rejected, and ends the collection. */
  async end(): Promise<readonly Fault[]> {
    for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
    const faults = this.#current?.faults ?? [];
    this.#current = undefined;
    return faults;
  }

  #add(fault: Fault): void {
    // Work that nothing awaits ended since its cell was interrupted, which is told already.
    if (fault.error instanceof CellInterrupt) return;
    const owner = this.#ownerNow() ?? this.#current?.owner;
    if (this.#current === undefined || owner !== this.#current.owner) {
      this.#onLate(fault, owner);
      return;
    }
    this.#current.faults.push(fault);
    this.#current.onFault();
  }
}
