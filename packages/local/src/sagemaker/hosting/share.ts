/**
 * Picks a share of what comes, by chance, but never more than one away from what the share makes of it.
 * Every so many-th would give one of several callers that take turns all of it, and the others nothing.
 */
export class Share {
  readonly #random: () => number;
  /** What the share makes of all that came. */
  #due = 0;
  #taken = 0;
  /** Where in the unit that is due next its one is taken: anywhere, with equal chance. */
  #next: number;

  /** @param random - from 0 up to but not including 1 */
  constructor(random: () => number = Math.random) {
    this.#random = random;
    this.#next = random();
  }

  /** Whether the next one belongs to a share from 0 to 1. */
  takes(share: number): boolean {
    this.#due += share;
    if (this.#due <= this.#next) return false;
    this.#taken++;
    this.#next = this.#taken + this.#random();
    return true;
  }
}
