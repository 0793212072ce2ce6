import { createSearchableMemory, type SearchableMemory } from "./searchable-memory.js";

/** Bytes of records that are gathered before a write. */
const SLAB_BYTES = 2 * 1024 * 1024;

/** Slabs that are kept for the next writes: some are filled while others are written. */
const KEPT_SLABS = 6;

/** Memory in which a record is made where it will be written from. */
export interface RecordSpace {
  readonly memory: SearchableMemory;
  /** Where the record starts in it, in bytes: a multiple of four. */
  readonly at: number;
}

interface Slab extends SearchableMemory {
  /** Bytes that records may take. */
  readonly space: number;
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
    const { memory, at } = this.reserve(record.length);
    memory.bytes.set(record, at);
    this.commit(record.length);
  }

  /** Memory for a record of up to `length` bytes behind all others; {@link commit} adds it. */
  reserve(length: number): RecordSpace {
    if (this.#slab !== undefined && length > this.#slab.space - this.#used) this.#close();
    this.#slab ??= (length <= SLAB_BYTES ? this.#spare.pop() : undefined) ?? makeSlab(length);
    return { memory: this.#slab, at: this.#used };
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
      if (slab.space === SLAB_BYTES && this.#spare.length < KEPT_SLABS) this.#spare.push(slab);
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
  const space = Math.max(SLAB_BYTES, length);
  return { ...createSearchableMemory(space), space };
}
