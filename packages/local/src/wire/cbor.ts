import { AwsError } from "../errors.js";

/**
 * CBOR (RFC 8949) as far as Smithy's RPC v2 protocol uses it: integers, floats, text, bytes, arrays,
 * maps, booleans, null, and tag 1 (epoch seconds) for instants, which are `Date` here.
 */

/** Nesting that a request may have. It protects the stack. */
const MAX_DEPTH = 64;

/** Encodes a value. Members that are undefined are left out. */
export function encodeCbor(value: unknown): Uint8Array {
  const pieces: Uint8Array[] = [];
  encodeValue(value, pieces);
  return Buffer.concat(pieces);
}

function encodeValue(value: unknown, out: Uint8Array[]): void {
  if (value === null || value === undefined) out.push(Buffer.of(0xf6));
  else if (typeof value === "boolean") out.push(Buffer.of(value ? 0xf5 : 0xf4));
  else if (typeof value === "number") encodeNumber(value, out);
  else if (typeof value === "string") {
    const text = Buffer.from(value);
    out.push(head(3, text.length), text);
  } else if (value instanceof Date) {
    out.push(head(6, 1));
    encodeNumber(value.getTime() / 1000, out);
  } else if (value instanceof Uint8Array) out.push(head(2, value.length), value);
  else if (Array.isArray(value)) {
    out.push(head(4, value.length));
    for (const item of value) encodeValue(item, out);
  } else {
    const entries = Object.entries(value as object).filter(([, item]) => item !== undefined);
    out.push(head(5, entries.length));
    for (const [key, item] of entries) {
      encodeValue(key, out);
      encodeValue(item, out);
    }
  }
}

function encodeNumber(value: number, out: Uint8Array[]): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    out.push(value >= 0 ? head(0, value) : head(1, -1 - value));
    return;
  }
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(0xfb, 0);
  bytes.writeDoubleBE(value, 1);
  out.push(bytes);
}

/** Major type and argument (RFC 8949, 3). */
function head(major: number, argument: number): Uint8Array {
  const type = major << 5;
  if (argument < 24) return Buffer.of(type | argument);
  if (argument < 2 ** 8) return Buffer.of(type | 24, argument);
  const bytes = Buffer.alloc(argument < 2 ** 16 ? 3 : argument < 2 ** 32 ? 5 : 9);
  if (bytes.length === 3) bytes.writeUInt16BE(argument, 1);
  else if (bytes.length === 5) bytes.writeUInt32BE(argument, 1);
  else bytes.writeBigUInt64BE(BigInt(argument), 1);
  bytes[0] = type | (bytes.length === 3 ? 25 : bytes.length === 5 ? 26 : 27);
  return bytes;
}

const BREAK = Symbol("break");

/** Ends what has no length. */
const BREAK_BYTE = 0xff;

/** Decodes one value. @throws AwsError SerializationException */
export function decodeCbor(source: Uint8Array): unknown {
  const reader = new CborReader(source);
  const value = reader.read(0);
  if (value === BREAK || !reader.atEnd) throw malformed();
  return value;
}

class CborReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(source: Uint8Array) {
    this.#bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  read(depth: number): unknown {
    if (depth > MAX_DEPTH) throw malformed();
    const first = this.#byte();
    const major = first >> 5;
    const short = first & 31;
    if (major === 7) return this.#simple(short);
    const count = short === 31 ? undefined : this.#argument(short);
    switch (major) {
      case 0:
        return needed(count);
      case 1:
        return -1 - needed(count);
      case 2:
        return new Uint8Array(this.#string(count, major));
      case 3:
        return this.#string(count, major).toString("utf8");
      case 4:
        return this.#array(count, depth);
      case 5:
        return this.#map(count, depth);
      default:
        return this.#tagged(needed(count), depth);
    }
  }

  #take(count: number): Buffer {
    if (count > this.#bytes.length - this.#at) throw malformed();
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }

  #argument(short: number): number {
    if (short < 24) return short;
    if (short === 24) return this.#byte();
    if (short === 25) return this.#take(2).readUInt16BE(0);
    if (short === 26) return this.#take(4).readUInt32BE(0);
    if (short === 27) return Number(this.#take(8).readBigUInt64BE(0));
    throw malformed();
  }

  #simple(short: number): unknown {
    if (short === 20) return false;
    if (short === 21) return true;
    if (short === 22 || short === 23) return null;
    if (short === 25) return halfFloat(this.#take(2).readUInt16BE(0));
    if (short === 26) return this.#take(4).readFloatBE(0);
    if (short === 27) return this.#take(8).readDoubleBE(0);
    if (short === 31) return BREAK;
    throw malformed();
  }

  /** Bytes of a string; without a length, its parts are strings of the same type with one (RFC 8949, 3.2.3). */
  #string(count: number | undefined, major: number): Buffer {
    if (count !== undefined) return this.#take(count);
    const parts: Buffer[] = [];
    for (let first = this.#byte(); first !== BREAK_BYTE; first = this.#byte()) {
      if (first >> 5 !== major) throw malformed();
      parts.push(this.#take(this.#argument(first & 31)));
    }
    return Buffer.concat(parts);
  }

  #byte(): number {
    return this.#take(1).readUInt8(0);
  }

  /** A value where no break may stand. */
  #value(depth: number): unknown {
    const value = this.read(depth);
    if (value === BREAK) throw malformed();
    return value;
  }

  #array(count: number | undefined, depth: number): unknown[] {
    const items: unknown[] = [];
    for (let index = 0; count === undefined || index < count; index++) {
      const item = count === undefined ? this.read(depth + 1) : this.#value(depth + 1);
      if (item === BREAK) break;
      items.push(item);
    }
    return items;
  }

  #map(count: number | undefined, depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (let index = 0; count === undefined || index < count; index++) {
      const key = count === undefined ? this.read(depth + 1) : this.#value(depth + 1);
      if (key === BREAK) break;
      if (typeof key !== "string") throw malformed();
      entries.push([key, this.#value(depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #tagged(tag: number, depth: number): unknown {
    const value = this.#value(depth + 1);
    return tag === 1 && typeof value === "number" ? new Date(Math.round(value * 1000)) : value;
  }
}

function needed(count: number | undefined): number {
  if (count === undefined) throw malformed();
  return count;
}

/** RFC 8949, appendix D. */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (mantissa + 1024) * 2 ** (exponent - 25);
}

function malformed(): AwsError {
  return new AwsError("SerializationException", "The request body is not CBOR.");
}
