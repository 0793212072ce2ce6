// cv2.resize's two passes for four bytes a pixel; see opencv-bilinear.ts for the arithmetic.

/**
 * One row through the horizontal pass: `count` pixels of four i32.
 *
 * @param offsets the byte offset of each left neighbour
 * @param weights its two i16 weights in one word
 */
export function stretch(row: usize, offsets: usize, weights: usize, out: usize, count: i32): void {
  const end = out + (<usize>count << 4);
  do {
    // Two neighbouring pixels ABCD EFGH become the pairs A0E0 B0F0 C0G0 D0H0.
    const two = v128.load64_zero(row + <usize>load<u32>(offsets));
    const zero = i16x8(0, 0, 0, 0, 0, 0, 0, 0);
    const pairs = v128.shuffle<u8>(two, zero, 0, 16, 4, 16, 1, 16, 5, 16, 2, 16, 6, 16, 3, 16, 7, 16);
    v128.store(out, i32x4.dot_i16x8_s(pairs, v128.load32_splat(weights)));
    out += 16;
    offsets += 4;
    weights += 4;
  } while (out < end);
}

/** Two stretched rows into one row of bytes, four pixels a step; `count` pixels, rounded up to four. */
export function blend(
  upper: usize,
  lower: usize,
  out: usize,
  weight0: i32,
  weight1: i32,
  count: i32,
): void {
  const w0 = i32x4.splat(weight0);
  const w1 = i32x4.splat(weight1);
  const end = out + (<usize>count << 2);
  do {
    const left = i16x8.narrow_i32x4_s(pixel(upper, lower, w0, w1), pixel(upper + 16, lower + 16, w0, w1));
    const right = i16x8.narrow_i32x4_s(
      pixel(upper + 32, lower + 32, w0, w1),
      pixel(upper + 48, lower + 48, w0, w1),
    );
    v128.store(out, i8x16.narrow_i16x8_u(left, right));
    upper += 64;
    lower += 64;
    out += 16;
  } while (out < end);
}

// @ts-ignore: decorator
@inline
function pixel(upper: usize, lower: usize, w0: v128, w1: v128): v128 {
  const sum = i32x4.add(part(upper, w0), part(lower, w1));
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(2)), 2);
}

// @ts-ignore: decorator
@inline
function part(row: usize, weight: v128): v128 {
  return i32x4.shr_s(i32x4.mul(i32x4.shr_s(v128.load(row), 4), weight), 16);
}
