import type { ChecksumAlgorithm } from "./checksum.js";

/** Reflected polynomials of the CRCs. Their sources stand beside their tables. */
const POLYNOMIALS: Partial<
  Record<ChecksumAlgorithm, { readonly bits: number; readonly polynomial: bigint }>
> = {
  crc32: { bits: 32, polynomial: 0xedb88320n },
  crc32c: { bits: 32, polynomial: 0x82f63b78n },
  crc64nvme: { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n },
};

/** Whether the checksum of a whole follows from those of its parts. */
export function canJoin(algorithm: ChecksumAlgorithm): boolean {
  return POLYNOMIALS[algorithm] !== undefined;
}

/**
 * The CRC of data in parts, from the parts' CRCs and sizes: each is moved on by the zero bytes that the
 * parts behind it are, which multiplies it by a power of x modulo the polynomial.
 * Source: "Fast CRC computation", crc32_combine of zlib.
 *
 * @param parts - in order; `crc` as base64 of the big-endian bytes, `size` in bytes
 * @throws RangeError where `canJoin` is false
 */
export function joinCrcs(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly crc: string; readonly size: number }[],
): string {
  const field = POLYNOMIALS[algorithm];
  if (field === undefined) throw new RangeError(`${algorithm} is no CRC.`);
  const { bits, polynomial } = field;
  const one = 1n << BigInt(bits - 1);
  /** The product modulo the polynomial; the highest bit is the coefficient of 1, as in every reflected CRC. */
  const multiply = (a: bigint, b: bigint): bigint => {
    let product = 0n;
    for (let bit = one, power = b; bit > 0n; bit >>= 1n) {
      if (a & bit) product ^= power;
      power = power & 1n ? (power >> 1n) ^ polynomial : power >> 1n;
    }
    return product;
  };
  const shifts = new Map<number, bigint>();
  /** x to the power of the bits that `size` bytes have. */
  const shiftOf = (size: number): bigint => {
    let shift = shifts.get(size) ?? one;
    if (shifts.has(size)) return shift;
    for (let left = BigInt(size), power = one >> 8n; left > 0n; left >>= 1n) {
      if (left & 1n) shift = multiply(shift, power);
      power = multiply(power, power);
    }
    shifts.set(size, shift);
    return shift;
  };
  const joined = parts.reduce(
    (sum, { crc, size }) =>
      multiply(sum, shiftOf(size)) ^ BigInt(`0x${Buffer.from(crc, "base64").toString("hex")}`),
    0n,
  );
  return Buffer.from(joined.toString(16).padStart(bits / 4, "0"), "hex").toString("base64");
}
