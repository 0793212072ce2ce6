// Inverse cosine transforms to fewer pixels than a block has: of its coefficients only the lowest `side` x `side` are used,
// which is what shrinking well leaves of them. `side` is 1, 2, 4 or 8.

/**
 * Makes a block's pixels.
 *
 * @param block 64 coefficients of 16 bits, row by row
 * @param flat whether only the first is not 0
 */
export function inverse(block: usize, out: usize, stride: usize, side: i32, flat: boolean): void {
  if (side === 1) {
    store<u8>(out, pixel(<i32>load<i16>(block)));
  } else if (side === 2) {
    two(block, out, stride);
  } else if (side === 4) {
    if (flat) {
      const value = 0x01010101 * <u32>pixel(<i32>load<i16>(block));
      for (let y: usize = 0; y < 4; y++, out += stride) store<u32>(out, value);
    } else {
      four(block, out, stride);
    }
  } else {
    const value = 0x0101010101010101 * <u64>pixel(<i32>load<i16>(block));
    if (flat) for (let y: usize = 0; y < 8; y++, out += stride) store<u64>(out, value);
    else eight(block, out, stride);
  }
}

/** A value eight times too large, around 0, as a byte around 128. */
// @ts-expect-error: decorator
@inline
function pixel(value: i32): u8 {
  return <u8>max(0, min(255, ((value + 4) >> 3) + 128));
}

function two(block: usize, out: usize, stride: usize): void {
  const a = <i32>load<i16>(block);
  const b = <i32>load<i16>(block, 2);
  const c = <i32>load<i16>(block, 16);
  const d = <i32>load<i16>(block, 18);
  store<u8>(out, pixel(a + b + c + d));
  store<u8>(out, pixel(a - b + c - d), 1);
  store<u8>(out + stride, pixel(a + b - c - d));
  store<u8>(out + stride, pixel(a - b - c + d), 1);
}

/** 1 / (2 sqrt 2); cos(pi/8) / 2; sin(pi/8) / 2. */
const HALF_ROOT: f32 = 0.35355339059327373;
const COS_1: f32 = 0.46193976625564337;
const COS_3: f32 = 0.1913417161825449;

function four(block: usize, out: usize, stride: usize): void {
  const half = f32x4.splat(HALF_ROOT);
  const c1 = f32x4.splat(COS_1);
  const c3 = f32x4.splat(COS_3);
  let r0 = lowRow(block);
  let r1 = lowRow(block + 16);
  let r2 = lowRow(block + 32);
  let r3 = lowRow(block + 48);
  for (let pass = 0; pass < 2; pass++) {
    const a = f32x4.mul(half, f32x4.add(r0, r2));
    const b = f32x4.mul(half, f32x4.sub(r0, r2));
    const c = f32x4.add(f32x4.mul(c1, r1), f32x4.mul(c3, r3));
    const d = f32x4.sub(f32x4.mul(c3, r1), f32x4.mul(c1, r3));
    const p0 = f32x4.add(a, c);
    const p1 = f32x4.add(b, d);
    const p2 = f32x4.sub(b, d);
    const p3 = f32x4.sub(a, c);
    // Transposed: rows become columns for the second pass, and rows again behind it.
    const l0 = v128.shuffle<u32>(p0, p1, 0, 4, 1, 5);
    const l1 = v128.shuffle<u32>(p2, p3, 0, 4, 1, 5);
    const h0 = v128.shuffle<u32>(p0, p1, 2, 6, 3, 7);
    const h1 = v128.shuffle<u32>(p2, p3, 2, 6, 3, 7);
    r0 = v128.shuffle<u64>(l0, l1, 0, 2);
    r1 = v128.shuffle<u64>(l0, l1, 1, 3);
    r2 = v128.shuffle<u64>(h0, h1, 0, 2);
    r3 = v128.shuffle<u64>(h0, h1, 1, 3);
  }
  const upper = i16x8.narrow_i32x4_s(round(r0), round(r1));
  const lower = i16x8.narrow_i32x4_s(round(r2), round(r3));
  const bytes = i8x16.narrow_i16x8_u(upper, lower);
  v128.store_lane<u32>(out, bytes, 0);
  v128.store_lane<u32>(out + stride, bytes, 1);
  v128.store_lane<u32>(out + 2 * stride, bytes, 2);
  v128.store_lane<u32>(out + 3 * stride, bytes, 3);
}

// @ts-expect-error: decorator
@inline
function lowRow(at: usize): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(v128.load64_zero(at)));
}

// @ts-expect-error: decorator
@inline
function round(value: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.add(value, f32x4.splat(128))));
}

/** cos(k pi/16) / 2. */
const E1: f32 = 0.4903926402016152;
const E2: f32 = 0.46193976625564337;
const E3: f32 = 0.4157348061512726;
const E5: f32 = 0.2777851165098011;
const E6: f32 = 0.1913417161825449;
const E7: f32 = 0.0975451610080641;

function eight(block: usize, out: usize, stride: usize): void {
  const scratch = block + BLOCK_END;
  // Columns, four at a time; then rows, through a transposed copy.
  for (let part: usize = 0; part < 2; part++) columns(block + part * 8, scratch + part * 128);
  for (let part: usize = 0; part < 2; part++) rows(scratch + part * 64, out + part * 4 * stride, stride);
}

/** Scratch memory follows the block and its spare room. */
const BLOCK_END: usize = 160;

/** Four columns of coefficients to four columns of values, stored transposed: four values a column, in two halves. */
function columns(block: usize, scratch: usize): void {
  const v0 = lowRow(block);
  const v1 = lowRow(block + 16);
  const v2 = lowRow(block + 32);
  const v3 = lowRow(block + 48);
  const v4 = lowRow(block + 64);
  const v5 = lowRow(block + 80);
  const v6 = lowRow(block + 96);
  const v7 = lowRow(block + 112);
  transform(v0, v1, v2, v3, v4, v5, v6, v7, scratch);
}

function rows(scratch: usize, out: usize, stride: usize): void {
  const v0 = v128.load(scratch);
  const v1 = v128.load(scratch + 16);
  const v2 = v128.load(scratch + 32);
  const v3 = v128.load(scratch + 48);
  const v4 = v128.load(scratch + 128);
  const v5 = v128.load(scratch + 144);
  const v6 = v128.load(scratch + 160);
  const v7 = v128.load(scratch + 176);
  const done = scratch + 512;
  transform(v0, v1, v2, v3, v4, v5, v6, v7, done);
  for (let y: usize = 0; y < 4; y++, out += stride) {
    const left = round(v128.load(done + y * 16));
    const right = round(v128.load(done + 64 + y * 16));
    const words = i16x8.narrow_i32x4_s(left, right);
    v128.store_lane<u64>(out, i8x16.narrow_i16x8_u(words, words), 0);
  }
}

/**
 * Eight-point inverse transform of four lanes; leaves lane 0's first four values, lane 1's, lane 2's, lane 3's, then
 * the last four of each.
 */
function transform(
  v0: v128,
  v1: v128,
  v2: v128,
  v3: v128,
  v4: v128,
  v5: v128,
  v6: v128,
  v7: v128,
  out: usize,
): void {
  const half = f32x4.splat(HALF_ROOT);
  const a = f32x4.mul(half, f32x4.add(v0, v4));
  const b = f32x4.mul(half, f32x4.sub(v0, v4));
  const c = f32x4.add(times(E2, v2), times(E6, v6));
  const d = f32x4.sub(times(E6, v2), times(E2, v6));
  const e0 = f32x4.add(a, c);
  const e1 = f32x4.add(b, d);
  const e2 = f32x4.sub(b, d);
  const e3 = f32x4.sub(a, c);
  const o0 = sum(times(E1, v1), times(E3, v3), times(E5, v5), times(E7, v7));
  const o1 = sum(times(E3, v1), times(-E7, v3), times(-E1, v5), times(-E5, v7));
  const o2 = sum(times(E5, v1), times(-E1, v3), times(E7, v5), times(E3, v7));
  const o3 = sum(times(E7, v1), times(-E5, v3), times(E3, v5), times(-E1, v7));
  transpose(f32x4.add(e0, o0), f32x4.add(e1, o1), f32x4.add(e2, o2), f32x4.add(e3, o3), out);
  transpose(f32x4.sub(e3, o3), f32x4.sub(e2, o2), f32x4.sub(e1, o1), f32x4.sub(e0, o0), out + 64);
}

// @ts-expect-error: decorator
@inline
function times(factor: f32, value: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), value);
}

// @ts-expect-error: decorator
@inline
function sum(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

// @ts-expect-error: decorator
@inline
function transpose(a: v128, b: v128, c: v128, d: v128, out: usize): void {
  const l0 = v128.shuffle<u32>(a, b, 0, 4, 1, 5);
  const l1 = v128.shuffle<u32>(c, d, 0, 4, 1, 5);
  const h0 = v128.shuffle<u32>(a, b, 2, 6, 3, 7);
  const h1 = v128.shuffle<u32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<u64>(l0, l1, 0, 2));
  v128.store(out + 16, v128.shuffle<u64>(l0, l1, 1, 3));
  v128.store(out + 32, v128.shuffle<u64>(h0, h1, 0, 2));
  v128.store(out + 48, v128.shuffle<u64>(h0, h1, 1, 3));
}
