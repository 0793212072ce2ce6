import { RecordIOError } from "../errors.js";

/** First word of every record part (dmlc-core `RecordIOWriter::kMagic`), stored little-endian. */
export const RECORD_MAGIC = 0xced7230a;

/** Largest payload in bytes: the length field has 29 bits (dmlc-core `recordio.h`). */
export const MAX_PAYLOAD_BYTES = 2 ** 29 - 1;

/** `cflag` of a record part: whole, first, middle or last. */
export const PART_WHOLE = 0;
export const PART_FIRST = 1;
export const PART_MIDDLE = 2;
export const PART_LAST = 3;

/** Bytes of the two words before a part's payload. */
export const PART_HEADER_BYTES = 8;

/** The magic as it lies in a file. */
export const MAGIC_BYTES: Uint8Array = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce);

/** Bytes, of `length` and its zero padding up to a multiple of four. */
export function paddedLength(length: number): number {
  return length + 3 - ((length + 3) % 4);
}

/** Offsets (multiples of four) at which the payload's own bytes equal the magic. */
export function alignedMagicOffsets(payload: Uint8Array): number[] {
  const bytes = asBuffer(payload);
  const offsets: number[] = [];
  let at = bytes.indexOf(MAGIC_BYTES);
  while (at !== -1) {
    if (at % 4 === 0) {
      offsets.push(at);
      at = bytes.indexOf(MAGIC_BYTES, at + 4);
    } else {
      at = bytes.indexOf(MAGIC_BYTES, at + 1);
    }
  }
  return offsets;
}

/**
 * Frames one payload as MXNet's C++ writer does: parts are split at, and lose, each aligned magic.
 *
 * @param payload up to {@link MAX_PAYLOAD_BYTES} bytes
 * @returns the record with its headers and padding; its length is a multiple of four
 * @throws RecordIOError when the payload is too long for the format
 * @example
 * ```ts
 * await appendFile("data.rec", frameRecord(new TextEncoder().encode("hello")));
 * ```
 */
export function frameRecord(payload: Uint8Array): Uint8Array {
  checkPayloadLength(payload.length);
  const splits = alignedMagicOffsets(payload);
  const out = Buffer.allocUnsafe(framedLength(payload.length, splits.length));
  writeFramed(payload, splits, out, 0);
  return out;
}

/** Bytes of a framed record of `length` payload bytes that holds `splits` aligned magics. */
export function framedLength(length: number, splits: number): number {
  // Every aligned magic is replaced by the eight header bytes of one more part.
  return PART_HEADER_BYTES + paddedLength(length) + splits * (PART_HEADER_BYTES - 4);
}

/** Writes a framed record into `out` at `at`; returns the offset behind it. */
export function writeFramed(payload: Uint8Array, splits: readonly number[], out: Buffer, at: number): number {
  let start = 0;
  let position = at;
  for (let part = 0; part <= splits.length; part++) {
    const end = splits[part] ?? payload.length;
    const length = end - start;
    const flag = partFlag(part, splits.length);
    out.writeUInt32LE(RECORD_MAGIC, position);
    out.writeUInt32LE(flag * 2 ** 29 + length, position + 4);
    out.set(payload.subarray(start, end), position + PART_HEADER_BYTES);
    position += PART_HEADER_BYTES + length;
    const padding = paddedLength(length) - length;
    out.fill(0, position, position + padding);
    position += padding;
    start = end + 4;
  }
  return position;
}

/** Refuses a payload that the length field cannot hold. */
export function checkPayloadLength(length: number): void {
  if (length > MAX_PAYLOAD_BYTES) {
    throw new RecordIOError(
      `A record of ${length} bytes is too long: RecordIO holds at most ${MAX_PAYLOAD_BYTES} bytes a record. ` +
        "Store it smaller, or in several records.",
    );
  }
}

/** A Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function partFlag(part: number, splits: number): number {
  if (splits === 0) return PART_WHOLE;
  if (part === 0) return PART_FIRST;
  return part === splits ? PART_LAST : PART_MIDDLE;
}
