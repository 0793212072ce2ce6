import type { PreflightProblem } from "./preflight-options.js";

/** Adds a problem of the channel. */
export type Add = (severity: PreflightProblem["severity"], message: string) => void;

/** Messages of one kind name the first few records and count the rest. */
const NAMED = 3;

/** Records of one kind, of which a few are named. */
export class NamedRecords {
  #count = 0;
  readonly #named: string[] = [];

  /** Counts one. */
  add(name: string): void {
    this.#count++;
    if (this.#named.length < NAMED) this.#named.push(name);
  }

  /** @param message gets how many there are, and their names */
  tell(
    add: Add,
    severity: PreflightProblem["severity"],
    message: (count: number, names: string) => string,
  ): void {
    if (this.#count === 0) return;
    const rest = this.#count - this.#named.length;
    add(severity, message(this.#count, `${this.#named.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`));
  }
}
