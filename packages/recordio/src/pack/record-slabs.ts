/** Bytes of records that are gathered before a write. */
const SLAB_BYTES = 2 * 1024 * 1024;

/** Slabs that are kept for the next writes: some are filled while others are written. */
const KEPT_SLABS = 6;

/** Memory in which a record is made where it will be written from. */
export interface RecordSpace {
  /** The memory, with a word behind the record that may be overwritten. */
  readonly bytes: Buffer;
  /** The same memory as words. */
  readonly words: Int32Array;
  /** Where the record starts in it, in bytes: a multiple of four. */
  readonly at: number;
}

interface Slab {
  readonly bytes: Buffer;
  readonly words: Int32Array;
}

/** Records on their way to a file, behind each other: many small ones become one write. */
export class RecordSlabs {
  readonly #full: { readonly slab: Slab; readonly used: number }[] = [];
  readonly #spare: Slab[] = [];
  #writing: Slab[] = [];
  #slab: Slab | undefined;
  #used = 0;

  /** Whether there is enough for a write. */
  get isFull(): boolean {
    return this.#full.length > 0;
  }

  /** Slabs that nothing more fits into. */
  get full(): number {
    return this.#full.length;
  }

  /** Copies a record; its length is a multiple of four. */
  add(record: Uint8Array): void {
    const { bytes, at } = this.reserve(record.length);
    bytes.set(record, at);
    this.commit(record.length);
  }

  /** Memory for a record of up to `length` bytes behind all others; {@link commit} adds it. */
  reserve(length: number): RecordSpace {
    if (this.#slab !== undefined && length > spaceOf(this.#slab) - this.#used) this.#close();
    this.#slab ??= (length <= SLAB_BYTES ? this.#spare.pop() : undefined) ?? makeSlab(length);
    return { bytes: this.#slab.bytes, words: this.#slab.words, at: this.#used };
  }

  /** Adds the record of `length` bytes that was made in reserved memory. */
  commit(length: number): void {
    this.#used += length;
  }

  /** Hands over everything that was added, in order; {@link release} is to follow before the next call. */
  take(): Uint8Array[] {
    this.#close();
    const taken = this.#full.splice(0);
    this.#writing = taken.map(({ slab }) => slab);
    return taken.map(({ slab, used }) => slab.bytes.subarray(0, used));
  }

  /** Says that what was taken is written: its memory is used again. */
  release(): void {
    for (const slab of this.#writing) {
      if (spaceOf(slab) === SLAB_BYTES && this.#spare.length < KEPT_SLABS) this.#spare.push(slab);
    }
    this.#writing = [];
  }

  #close(): void {
    if (this.#slab !== undefined && this.#used > 0) this.#full.push({ slab: this.#slab, used: this.#used });
    this.#slab = undefined;
    this.#used = 0;
  }
}

function makeSlab(length: number): Slab {
  const bytes = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, length + 3 - ((length + 3) % 4)) + 4);
  return { bytes, words: new Int32Array(bytes.buffer, 0, bytes.length / 4) };
}

function spaceOf(slab: Slab): number {
  return slab.bytes.length - 4;
}
