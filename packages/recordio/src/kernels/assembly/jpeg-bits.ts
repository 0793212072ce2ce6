// Bits of a JPEG's scan. They lie without stuffed bytes and without markers, so that eight bytes can be taken at once.

/** Bits that are looked up at once; longer codes go the slow way. */
export const FAST_BITS = 10;
const FAST_CODES = 1 << FAST_BITS;

/** Bits in which as many coefficients as fit are passed over at once. */
const SKIP_BITS = 12;
const SKIP_CODES = 1 << SKIP_BITS;

/** A Huffman table in memory: codes by their first bits, short coefficients whole, runs to pass over, then the slow way's. */
const SHORT: usize = FAST_CODES * 2;
const SKIPS: usize = SHORT + FAST_CODES * 2;
const LIMITS: usize = SKIPS + SKIP_CODES * 2;
const DELTAS: usize = LIMITS + 18 * 4;
const VALUES: usize = DELTAS + 17 * 4;
export const TABLE_BYTES: usize = VALUES + 256;

/**
 * Makes a table of a DHT segment's lengths and values (ITU T.81 annex C and F.2.2.3).
 *
 * @returns 0 when the lengths are those of no Huffman code
 */
export function buildTable(spec: usize, table: usize): i32 {
  memory.fill(table, 0, TABLE_BYTES);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = load<u8>(spec + length - 1);
    store<i32>(table + DELTAS + (length << 2), index - code);
    for (let i: u32 = 0; i < count; i++, code++, index++) {
      const symbol = load<u8>(spec + 16 + index);
      store<u8>(table + VALUES + index, symbol);
      if (length > FAST_BITS) continue;
      const first = code << (FAST_BITS - length);
      for (let rest = 0; rest < 1 << (FAST_BITS - length); rest++) {
        if (first + rest >= FAST_CODES) return 0;
        store<u16>(table + ((first + rest) << 1), (<u16>length << 8) | symbol);
        storeShort(table, first + rest, length, symbol);
      }
    }
    if (code > 1 << length) return 0;
    // The first code that is longer, as 16 bits.
    store<i32>(table + LIMITS + (length << 2), code << (16 - length));
    code <<= 1;
  }
  for (let at = 0; at < SKIP_CODES; at++) storeSkip(table, at);
  return 1;
}

/** End of block, in an entry of what is passed over: bits + 16 x coefficients + this. */
export const SKIP_END = 0x800;

/** How many coefficients the bits hold whole, and in how many of them. */
function storeSkip(table: usize, at: i32): void {
  let used: i32 = 0;
  let coefficients: i32 = 0;
  while (used < SKIP_BITS) {
    const rest = (at << used) & (SKIP_CODES - 1);
    const code = <i32>load<u16>(table + ((rest >> (SKIP_BITS - FAST_BITS)) << 1));
    const length = code >> 8;
    const size = code & 15;
    const run = (code >> 4) & 15;
    if (code === 0 || used + length + size > SKIP_BITS) break;
    if (size === 0 && run < 15) {
      store<u16>(table + SKIPS + (at << 1), <u16>((used + length) | (coefficients << 4) | SKIP_END));
      return;
    }
    if (coefficients + run + 1 > 64) break;
    used += length + size;
    coefficients += run + 1;
  }
  store<u16>(table + SKIPS + (at << 1), <u16>(used | (coefficients << 4)));
}

/** What can be passed over at once; 0 when it is nothing. */
// @ts-expect-error: decorator
@inline
export function lookUpSkip(bits: u64, table: usize): i32 {
  return load<u16>(table + SKIPS + ((<usize>(bits >> (64 - SKIP_BITS))) << 1));
}

/** A coefficient whose code and bits fit into those looked up: value x 256 + run x 16 + bits. */
function storeShort(table: usize, at: i32, length: i32, symbol: u32): void {
  const size = symbol & 15;
  if (size === 0 || length + size > FAST_BITS) return;
  const bits = (at >> (FAST_BITS - length - size)) & ((1 << size) - 1);
  const value = bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  if (value < -128 || value > 127) return;
  store<i16>(table + SHORT + (at << 1), <i16>(value * 256 + (<i32>(symbol >> 4) << 4) + length + size));
}

/** Code length x 256 + symbol of the code that the bits begin with; 0 when they begin with none. */
// @ts-expect-error: decorator
@inline
export function lookUp(bits: u64, table: usize): u32 {
  const found = <u32>load<u16>(table + ((<usize>(bits >> (64 - FAST_BITS))) << 1));
  return found !== 0 ? found : lookUpLong(bits, table);
}

function lookUpLong(bits: u64, table: usize): u32 {
  const start = <i32>(bits >> 48);
  for (let length: u32 = 1; length <= 16; length++) {
    if (start >= load<i32>(table + LIMITS + (length << 2))) continue;
    const index = (start >> (16 - length)) + load<i32>(table + DELTAS + (length << 2));
    return index < 0 || index > 255 ? 0 : (length << 8) | load<u8>(table + VALUES + index);
  }
  return 0;
}

/** The coefficient that the bits begin with, code and all, where it is short; else 0. */
// @ts-expect-error: decorator
@inline
export function lookUpShort(bits: u64, table: usize): i32 {
  return load<i16>(table + SHORT + ((<usize>(bits >> (64 - FAST_BITS))) << 1));
}

/** The number that the first `size` bits stand for (T.81 F.2.2.1, EXTEND). */
// @ts-expect-error: decorator
@inline
export function extend(bits: u64, size: u32): i32 {
  if (size === 0) return 0;
  const value = <i32>(bits >> (64 - size));
  return <i64>bits < 0 ? value : value - (1 << size) + 1;
}

/** Eight bytes, the first in front. */
// @ts-expect-error: decorator
@inline
export function loadBits(at: usize): u64 {
  const bytes = v128.load64_zero(at);
  return v128.extract_lane<u64>(
    v128.shuffle<u8>(bytes, bytes, 7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0),
    0,
  );
}

/** Zeros behind the bits: more than one block group can take, so that it is looked at only behind each. */
export const PADDING: usize = 4096;

/**
 * Copies a scan's bytes up to the next marker, without the zeros stuffed behind each 0xFF.
 *
 * @param result where the address of the marker, or `end` where there is none, is left
 * @returns how many bytes were written
 */
export function unstuff(from: usize, end: usize, to: usize, result: usize): usize {
  const marks = i8x16.splat(-1);
  let out = to;
  while (from < end) {
    if (from + 16 <= end) {
      const bytes = v128.load(from);
      const found = <u32>i8x16.bitmask(i8x16.eq(bytes, marks));
      v128.store(out, bytes);
      const clear: usize = found === 0 ? 16 : <usize>ctz(found);
      from += clear;
      out += clear;
      if (found === 0) continue;
    } else if (load<u8>(from) !== 0xff) {
      store<u8>(out++, load<u8>(from++));
      continue;
    }
    // Here is 0xFF.
    if (from + 1 < end && load<u8>(from + 1) === 0) {
      store<u8>(out++, 0xff);
      from += 2;
      continue;
    }
    if (from + 1 < end && load<u8>(from + 1) === 0xff) {
      // Fill bytes may stand before a marker.
      from++;
      continue;
    }
    break;
  }
  store<u32>(result, <u32>from);
  memory.fill(out, 0, PADDING);
  return out - to;
}
