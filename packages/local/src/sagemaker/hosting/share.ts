/** Picks a share of what comes, spread evenly and kept to one, not by chance. */
export class Share {
  #turns = 0;

  /** Whether the next one belongs to a share from 0 to 1. */
  takes(share: number): boolean {
    const before = Math.floor(this.#turns * share);
    this.#turns++;
    return Math.floor(this.#turns * share) > before;
  }
}
