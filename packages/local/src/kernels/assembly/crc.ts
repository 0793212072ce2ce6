// Reflected CRCs of 32 and 64 bits by tables for sixteen bytes at a time ("slicing"): the entries of table n are what a byte
// becomes after n further zero bytes, 256 values of 64 bits each. A CRC of 32 bits has nothing in the upper half.

// @ts-ignore: decorator
@inline
function entry(tables: usize, n: usize, bits: u64): u64 {
  return load<u64>(tables + n * 2048 + (<usize>(bits & 0xff)) * 8);
}

/** What eight bytes become, of which the last is followed by `n` others. */
// @ts-ignore: decorator
@inline
function eight(tables: usize, n: usize, bits: u64): u64 {
  return (
    entry(tables, n + 7, bits) ^
    entry(tables, n + 6, bits >> 8) ^
    entry(tables, n + 5, bits >> 16) ^
    entry(tables, n + 4, bits >> 24) ^
    entry(tables, n + 3, bits >> 32) ^
    entry(tables, n + 2, bits >> 40) ^
    entry(tables, n + 1, bits >> 48) ^
    entry(tables, n, bits >> 56)
  );
}

/**
 * Makes the tables.
 *
 * @param tables sixteen of 2,048 bytes
 */
export function makeTables(tables: usize, polynomialHigh: u32, polynomialLow: u32): void {
  const polynomial = (<u64>polynomialHigh << 32) | <u64>polynomialLow;
  for (let byte: u64 = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? polynomial : 0);
    store<u64>(tables + <usize>byte * 8, value);
  }
  for (let at: usize = 2048; at < 16 * 2048; at += 8) {
    const before = load<u64>(tables + at - 2048);
    store<u64>(tables + at, (before >> 8) ^ entry(tables, 0, before));
  }
}

/**
 * Takes bytes into a running value.
 *
 * @param state the value, 64 bits
 */
export function update(tables: usize, state: usize, data: usize, length: i32): void {
  let value = load<u64>(state);
  for (; length >= 16; length -= 16, data += 16) {
    const a = load<u64>(data) ^ value;
    const b = load<u64>(data, 8);
    value = eight(tables, 8, a) ^ eight(tables, 0, b);
  }
  for (; length > 0; length--, data++) value = (value >> 8) ^ entry(tables, 0, value ^ <u64>load<u8>(data));
  store<u64>(state, value);
}
