/** Memory taken at once, in bytes: enough for the records of most batches. */
const CHUNK_BYTES = 1024 * 1024;

/** A larger chunk is let go after its batch, so that one huge image does not hold memory for a whole run. */
const KEPT_CHUNK_BYTES = 4 * CHUNK_BYTES;

/**
 * Memory for the records of a batch, used again for the next: fresh memory for each record costs more than what is
 * written into it.
 */
export class RecordArena {
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Memory of `length` bytes, with anything in it; good until {@link reset}. */
  allocate(length: number): Buffer {
    if (this.#at + length > this.#chunk.length) {
      // Views of the chunk before keep it alive as long as they are needed.
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, length));
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += length;
    return this.#chunk.subarray(start, start + length);
  }

  /** From here on all memory given out so far may be overwritten. */
  reset(): void {
    this.#at = 0;
    if (this.#chunk.length > KEPT_CHUNK_BYTES) this.#chunk = Buffer.alloc(0);
  }
}
