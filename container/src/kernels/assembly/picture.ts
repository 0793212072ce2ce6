// Bytes of a picture become a model's floats. A row is worked on four or sixteen values at a time; what is stored past a
// row's end is written over by the next row, and behind the last one the memory has 64 bytes of slack.

/**
 * RGB bytes, pixel after pixel, to three rows of floats: value = byte x factor + shift.
 *
 * @param coefficients factor and shift of red, of green and of blue, as float32
 */
export function spread(
  source: usize,
  pixels: i32,
  red: usize,
  green: usize,
  blue: usize,
  coefficients: usize,
): void {
  let x = 0;
  for (; x + 16 <= pixels; x += 16) {
    const a = v128.load(source);
    const b = v128.load(source, 16);
    const c = v128.load(source, 32);
    const redAb = i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
    const greenAb = i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
    const blueAb = i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
    const reds = i8x16.shuffle(redAb, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29);
    const greens = i8x16.shuffle(greenAb, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30);
    const blues = i8x16.shuffle(blueAb, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31);
    store16(reds, red, coefficients);
    store16(greens, green, coefficients + 8);
    store16(blues, blue, coefficients + 16);
    source += 48;
    red += 64;
    green += 64;
    blue += 64;
  }
  for (; x < pixels; x++) {
    store<f32>(red, <f32>load<u8>(source) * load<f32>(coefficients) + load<f32>(coefficients, 4));
    store<f32>(green, <f32>load<u8>(source, 1) * load<f32>(coefficients, 8) + load<f32>(coefficients, 12));
    store<f32>(blue, <f32>load<u8>(source, 2) * load<f32>(coefficients, 16) + load<f32>(coefficients, 20));
    source += 3;
    red += 4;
    green += 4;
    blue += 4;
  }
}

// @ts-ignore: decorator
@inline
function store16(bytes: v128, out: usize, coefficients: usize): void {
  const factor = v128.load32_splat(coefficients);
  const shift = v128.load32_splat(coefficients, 4);
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(out, scaled(i32x4.extend_low_i16x8_u(low), factor, shift));
  v128.store(out, scaled(i32x4.extend_high_i16x8_u(low), factor, shift), 16);
  v128.store(out, scaled(i32x4.extend_low_i16x8_u(high), factor, shift), 32);
  v128.store(out, scaled(i32x4.extend_high_i16x8_u(high), factor, shift), 48);
}

// @ts-ignore: decorator
@inline
function scaled(values: v128, factor: v128, shift: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_u(values), factor), shift);
}

/** Floats of three planes, pixel after pixel. */
export function interleave(planes: usize, pixels: i32, out: usize): void {
  const bytes = <usize>pixels * 4;
  for (let i = 0; i < pixels; i++) {
    store<f32>(out, load<f32>(planes));
    store<f32>(out, load<f32>(planes + bytes), 4);
    store<f32>(out, load<f32>(planes + 2 * bytes), 8);
    planes += 4;
    out += 12;
  }
}

/**
 * Makes rows longer: each value of a row of the result is the sum of four neighbours of the row, weighted.
 *
 * @param rows rows without gaps of `stride` bytes each
 * @param first for each value of the result, a multiple of four of them, the byte offset of its first neighbour
 * @param weights four for each value of the result, as float32
 * @param quads values of a row of the result, in fours
 */
export function widen(
  rows: usize,
  stride: usize,
  count: i32,
  first: usize,
  weights: usize,
  quads: i32,
  out: usize,
): void {
  for (let y = 0; y < count; y++) {
    let f = first;
    let w = weights;
    for (let x = 0; x < quads; x++) {
      const a = f32x4.mul(v128.load(rows + <usize>load<u32>(f)), v128.load(w));
      const b = f32x4.mul(v128.load(rows + <usize>load<u32>(f, 4)), v128.load(w, 16));
      const c = f32x4.mul(v128.load(rows + <usize>load<u32>(f, 8)), v128.load(w, 32));
      const d = f32x4.mul(v128.load(rows + <usize>load<u32>(f, 12)), v128.load(w, 48));
      const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
      const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
      v128.store(out, f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7)));
      f += 16;
      w += 64;
      out += 16;
    }
    rows += stride;
  }
}

/**
 * Makes a plane higher: each row of the result is the sum of four rows, weighted, and held between two values, for a sum
 * with negative weights overshoots.
 *
 * @param rowOffsets four for each row of the result: the byte offsets of its neighbours
 * @param weights four for each row of the result, as float32
 * @param width values of a row of the result, without gaps
 */
export function heighten(
  rows: usize,
  rowOffsets: usize,
  weights: usize,
  width: i32,
  height: i32,
  low: f32,
  high: f32,
  out: usize,
): void {
  const bottom = f32x4.splat(low);
  const top = f32x4.splat(high);
  const bytes = <usize>width * 4;
  for (let y = 0; y < height; y++) {
    const p = rows + <usize>load<u32>(rowOffsets);
    const q = rows + <usize>load<u32>(rowOffsets, 4);
    const r = rows + <usize>load<u32>(rowOffsets, 8);
    const s = rows + <usize>load<u32>(rowOffsets, 12);
    const weightP = v128.load32_splat(weights);
    const weightQ = v128.load32_splat(weights, 4);
    const weightR = v128.load32_splat(weights, 8);
    const weightS = v128.load32_splat(weights, 12);
    for (let x: usize = 0; x < bytes; x += 16) {
      const pq = f32x4.add(f32x4.mul(v128.load(p + x), weightP), f32x4.mul(v128.load(q + x), weightQ));
      const rs = f32x4.add(f32x4.mul(v128.load(r + x), weightR), f32x4.mul(v128.load(s + x), weightS));
      v128.store(out + x, f32x4.min(f32x4.max(f32x4.add(pq, rs), bottom), top));
    }
    out += bytes;
    rowOffsets += 16;
    weights += 16;
  }
}
