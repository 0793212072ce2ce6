/** Bytes of records that are gathered before a write. */
const SLAB_BYTES = 1024 * 1024;

/** Slabs that are kept for the next writes: two are filled while two are written. */
const KEPT_SLABS = 4;

/** Records on their way to a file, copied behind each other: many small ones become one write. */
export class RecordSlabs {
  readonly #full: Uint8Array[] = [];
  readonly #spare: Buffer[] = [];
  #slab: Buffer | undefined;
  #used = 0;

  /** Whether there is enough for a write. */
  get isFull(): boolean {
    return this.#full.length > 0;
  }

  /** Copies a record. */
  add(record: Uint8Array): void {
    if (record.length > SLAB_BYTES - this.#used) this.#close();
    if (record.length > SLAB_BYTES) {
      this.#full.push(Buffer.from(record));
      return;
    }
    this.#slab ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#slab.set(record, this.#used);
    this.#used += record.length;
  }

  /** Hands over everything that was added, in order. */
  take(): Uint8Array[] {
    this.#close();
    return this.#full.splice(0);
  }

  /** Gives back what was taken, once it is written. */
  release(pieces: readonly Uint8Array[]): void {
    for (const { buffer } of pieces) {
      if (buffer.byteLength === SLAB_BYTES && this.#spare.length < KEPT_SLABS)
        this.#spare.push(Buffer.from(buffer as ArrayBuffer));
    }
  }

  #close(): void {
    if (this.#slab !== undefined && this.#used > 0) this.#full.push(this.#slab.subarray(0, this.#used));
    this.#slab = undefined;
    this.#used = 0;
  }
}
