import { RecordIOError } from "../errors.js";

/** Wire types of protocol buffers (protobuf.dev/programming-guides/encoding). */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

/** One field as it lies on the wire. */
export interface WireField {
  readonly number: number;
  readonly type: number;
  /** For VARINT the value; for the others their bytes. */
  readonly value: bigint;
  readonly bytes: Buffer;
}

/** Walks over the fields of a message. @throws RecordIOError when a length or a number runs past its end */
export function* wireFields(message: Buffer): Generator<WireField, void, undefined> {
  let at = 0;
  while (at < message.length) {
    const [key, afterKey] = readVarint(message, at);
    const number = Number(key >> 3n);
    const type = Number(key & 7n);
    if (number === 0)
      throw new RecordIOError("A protobuf field has the number 0: this is not a protobuf record.");
    if (type === VARINT) {
      const [value, end] = readVarint(message, afterKey);
      yield { number, type, value, bytes: message.subarray(afterKey, end) };
      at = end;
      continue;
    }
    let start = afterKey;
    let length = type === FIXED64 ? 8 : 4;
    if (type === LENGTH) {
      const [size, end] = readVarint(message, afterKey);
      start = end;
      length = size > BigInt(message.length) ? message.length + 1 : Number(size);
    } else if (type !== FIXED64 && type !== FIXED32) {
      throw new RecordIOError(`A protobuf field has the wire type ${type}, which does not exist any more.`);
    }
    if (start + length > message.length) {
      throw new RecordIOError(`Protobuf field ${number} is longer than its message: the record is cut off.`);
    }
    yield { number, type, value: 0n, bytes: message.subarray(start, start + length) };
    at = start + length;
  }
}

/** Reads a varint of at most ten bytes; returns its value and the offset behind it. */
export function readVarint(message: Buffer, start: number): [bigint, number] {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = message[start + i];
    if (byte === undefined) throw new RecordIOError("A protobuf number is cut off.");
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [BigInt.asUintN(64, value), start + i + 1];
  }
  throw new RecordIOError("A protobuf number has more than ten bytes.");
}

/** A varint's bytes. */
export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

/** A field that holds bytes: a message, a string, packed numbers. */
export function lengthField(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt(number * 8 + LENGTH)), varint(BigInt(bytes.length)), bytes]);
}
