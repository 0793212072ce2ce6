import { CorruptRecordError } from "../errors.js";
import {
  asBuffer,
  MAGIC_BYTES,
  MAX_PAYLOAD_BYTES,
  PART_FIRST,
  PART_HEADER_BYTES,
  PART_LAST,
  PART_MIDDLE,
  PART_WHOLE,
  paddedLength,
  RECORD_MAGIC,
} from "./framing.js";

/** A record without its framing. */
export interface RawRecord {
  /** The payload; may be a view of the source's memory. */
  readonly payload: Uint8Array;
  /** Where the record's first part starts, in bytes from the start of the source. */
  readonly byteOffset: number;
  /** Bytes that the record takes in the source, with headers and padding. */
  readonly framedLength: number;
}

/** Bounds of a {@link RecordParser}. */
export interface RecordParserOptions {
  /** Longest payload taken, in bytes; protects memory from a corrupt length. Default 2^29 - 1. */
  readonly maxRecordBytes?: number;
  /** Offset in bytes of the first byte pushed, for offsets that count from a file's start. Default 0. */
  readonly byteOffset?: number;
}

/**
 * Cuts a byte stream into records. Push chunks of any size; `next` returns records until it needs more.
 *
 * Payloads of whole records are views of the pushed chunks; nothing is copied while a record lies in one.
 */
export class RecordParser {
  #chunk: Buffer = Buffer.alloc(0);
  /** Bytes from the chunk's start that may be written; 0 while it is somebody else's memory. */
  #room = 0;
  #at = 0;
  #offset: number;
  readonly #max: number;
  #recordStart = 0;
  /** The parts so far, each followed by the magic that the writer dropped. */
  #joined: Buffer | undefined;
  #joinedLength = 0;
  #resyncing = false;

  constructor(options: RecordParserOptions = {}) {
    this.#max = Math.min(options.maxRecordBytes ?? MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES);
    this.#offset = options.byteOffset ?? 0;
  }

  /** Offset in bytes of the next byte to be looked at. */
  get byteOffset(): number {
    return this.#offset;
  }

  /** Bytes pushed and not yet taken. */
  get pending(): number {
    return this.#chunk.length - this.#at;
  }

  /** Adds bytes; what is left of the chunk before is joined with them. */
  push(chunk: Uint8Array): void {
    if (this.pending === 0) {
      this.#chunk = asBuffer(chunk);
      this.#at = 0;
      this.#room = 0;
      return;
    }
    const length = this.#chunk.length + chunk.length;
    if (this.#room < length) this.#grow(this.pending + chunk.length);
    // Behind everything that was given out before: no view of it changes.
    const end = this.#chunk.length;
    this.#chunk = Buffer.from(this.#chunk.buffer, this.#chunk.byteOffset, end + chunk.length);
    this.#chunk.set(chunk, end);
  }

  /** Moves what is pending into memory of its own, twice as large as needed, so that a long record is not copied often. */
  #grow(needed: number): void {
    const own = Buffer.allocUnsafeSlow(needed * 2);
    const rest = this.pending;
    this.#chunk.copy(own, 0, this.#at);
    this.#room = own.length;
    this.#chunk = own.subarray(0, rest);
    this.#at = 0;
  }

  /** Takes back what is not yet parsed, for a caller that joins it with the next read itself. */
  takePending(): Uint8Array {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = Buffer.alloc(0);
    this.#room = 0;
    this.#at = 0;
    return rest;
  }

  /** Bytes needed, counted from the next byte, to finish the part that is begun; 8 when its header is not here. */
  get wanted(): number {
    if (this.pending < PART_HEADER_BYTES) return PART_HEADER_BYTES;
    return PART_HEADER_BYTES + paddedLength(this.#chunk.readUInt32LE(this.#at + 4) % 2 ** 29);
  }

  /**
   * The next record, or undefined when more bytes are needed.
   *
   * @throws CorruptRecordError at the part that is wrong; {@link resync} goes on behind it
   */
  next(): RawRecord | undefined {
    while (true) {
      const part = this.#nextPart();
      if (part === undefined) return undefined;
      if (part.flag === PART_WHOLE) {
        const byteOffset = this.#recordStart;
        return { payload: part.payload, byteOffset, framedLength: this.#offset - byteOffset };
      }
      if (part.flag === PART_LAST) return this.#join(part.payload);
      this.#keep(part.payload);
    }
  }

  /** Call when the source has ended. @throws CorruptRecordError when it ended inside a record */
  end(): void {
    if (this.#joined !== undefined) {
      throw new CorruptRecordError(
        "The source ends between the parts of a record: it is truncated",
        this.#recordStart,
      );
    }
    if (this.pending > 0) {
      throw new CorruptRecordError(
        `The source ends inside a record (${this.pending} bytes of at least ${this.wanted}): it is truncated`,
        this.#offset,
      );
    }
  }

  /**
   * Drops bytes up to the next place, on a multiple of four, where a record can start.
   *
   * @returns true when one was found; false when more bytes are needed
   */
  resync(): boolean {
    this.#joined = undefined;
    if (!this.#resyncing) {
      this.#resyncing = true;
      // One word on at least, or the same error would come again.
      this.#drop(Math.min(4, this.pending));
    }
    while (true) {
      const found = this.#chunk.indexOf(MAGIC_BYTES, this.#at);
      if (found === -1) {
        // The last bytes may be the start of a magic.
        this.#drop(Math.max(0, (this.pending - 3) & ~3));
        return false;
      }
      const skipped = found - this.#at;
      if (this.pending - skipped < PART_HEADER_BYTES) {
        this.#drop(skipped & ~3);
        return false;
      }
      const flag = this.#chunk.readUInt32LE(found + 4) >>> 29;
      if ((this.#offset + skipped) % 4 === 0 && (flag === PART_WHOLE || flag === PART_FIRST)) {
        this.#drop(skipped);
        this.#resyncing = false;
        return true;
      }
      this.#drop(skipped + 1);
    }
  }

  #drop(count: number): void {
    this.#at += count;
    this.#offset += count;
  }

  #nextPart(): { flag: number; payload: Buffer } | undefined {
    if (this.pending < PART_HEADER_BYTES) return undefined;
    const start = this.#at;
    const magic = this.#chunk.readUInt32LE(start);
    if (magic !== RECORD_MAGIC) {
      const found = `0x${magic.toString(16).padStart(8, "0")}`;
      throw new CorruptRecordError(`A record starts with 0xced7230a, but here is ${found}`, this.#offset);
    }
    const word = this.#chunk.readUInt32LE(start + 4);
    const flag = word >>> 29;
    const length = word % 2 ** 29;
    this.#checkPart(flag, length);
    const framed = PART_HEADER_BYTES + paddedLength(length);
    if (this.pending < framed) return undefined;
    if (flag === PART_WHOLE || flag === PART_FIRST) this.#recordStart = this.#offset;
    const payload = this.#chunk.subarray(start + PART_HEADER_BYTES, start + PART_HEADER_BYTES + length);
    this.#drop(framed);
    return { flag, payload };
  }

  #checkPart(flag: number, length: number): void {
    const begun = this.#joined !== undefined;
    if (flag > PART_LAST) {
      throw new CorruptRecordError(`A part's flag is ${flag}; it can be 0 to 3`, this.#offset);
    }
    if (begun !== (flag === PART_MIDDLE || flag === PART_LAST)) {
      const message = begun
        ? "A new record starts before the last part of the record before it"
        : "A middle or last part comes without a first one";
      throw new CorruptRecordError(message, this.#offset);
    }
    const total = (begun ? this.#joinedLength : 0) + length;
    if (total > this.#max) {
      throw new CorruptRecordError(
        `A record of ${total} bytes is longer than the ${this.#max} allowed (maxRecordBytes)`,
        this.#offset,
      );
    }
    if ((flag === PART_FIRST || flag === PART_MIDDLE) && length % 4 !== 0) {
      // The writer splits at multiples of four only.
      throw new CorruptRecordError(
        `A first or middle part has ${length} bytes, not a multiple of four`,
        this.#offset,
      );
    }
  }

  #keep(payload: Buffer): void {
    this.#append(payload);
    this.#append(MAGIC_BYTES);
  }

  #join(last: Buffer): RawRecord {
    this.#append(last);
    const payload = this.#joined!.subarray(0, this.#joinedLength);
    this.#joined = undefined;
    const byteOffset = this.#recordStart;
    return { payload, byteOffset, framedLength: this.#offset - byteOffset };
  }

  #append(bytes: Uint8Array): void {
    const length = this.#joined === undefined ? 0 : this.#joinedLength;
    const needed = length + bytes.length;
    if (this.#joined === undefined || this.#joined.length < needed) {
      const grown = Buffer.allocUnsafe(needed * 2);
      this.#joined?.copy(grown, 0, 0, length);
      this.#joined = grown;
    }
    this.#joined.set(bytes, length);
    this.#joinedLength = needed;
  }
}
