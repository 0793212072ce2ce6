const single = new DataView(new ArrayBuffer(4));

/** Value of an IEEE 754 half-precision bit pattern (0 to 65,535). */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Nearest IEEE 754 half-precision bit pattern, ties to even; beyond 65,504 it is infinity. */
export function numberToFloat16(value: number): number {
  single.setFloat32(0, value);
  const bits = single.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const half = exponent - 127 + 15;
  if (half >= 0x1f) return sign | 0x7c00;
  // Below 2^-14 the result is subnormal: the implicit leading 1 is shifted into the fraction.
  const shift = half > 0 ? 13 : 14 - half;
  if (shift > 24) return sign;
  const whole = half > 0 ? fraction : fraction | 0x800000;
  const kept = whole >>> shift;
  const rest = whole & (2 ** shift - 1);
  const tie = 2 ** (shift - 1);
  const up = rest > tie || (rest === tie && (kept & 1) === 1) ? 1 : 0;
  // A carry out of the fraction raises the exponent, as it should.
  return sign + (half > 0 ? half << 10 : 0) + kept + up;
}

/** Half-precision bit patterns of many values. */
export function toFloat16Array(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, numberToFloat16);
}

/** Values of many half-precision bit patterns. */
export function fromFloat16Array(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, float16ToNumber);
}
