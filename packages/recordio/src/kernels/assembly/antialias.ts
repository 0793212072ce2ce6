// Bytes are multiplied by weights that sum to 256; the sums of the first pass are in lanes of 16 bits, where 255 x 256
// plus the rounding half still fits. Both passes read past a row's end: buffers need 64 bytes of slack behind them.

/**
 * Resizes an image of three bytes a pixel to one of four. Each output row is made in two passes, by way of one line that
 * stays in the processor's nearest cache.
 *
 * @param rowTable two words a row: the byte offset of its first input row, and how many bytes of weights it uses
 * @param rowWeights room for `taps` weights of 16 bits a row
 * @param columnFirst the byte offset of each output pixel's first neighbour
 * @param columnWeights 16 bytes a pair of neighbours: both weights, once for each channel
 * @param pairs pairs of neighbours that each output pixel is made of
 * @param quads output pixels of a row, in fours
 */
export function resize(
  source: usize,
  rowBytes: usize,
  rowTable: usize,
  rowWeights: usize,
  taps: usize,
  stride: usize,
  line: usize,
  target: usize,
  targetStride: usize,
  columnFirst: usize,
  columnWeights: usize,
  pairs: i32,
  quads: i32,
  outRows: i32,
): void {
  for (let y = 0; y < outRows; y++) {
    const first = source + <usize>load<u32>(rowTable);
    sumRows(first, rowBytes, rowWeights, rowWeights + <usize>load<u32>(rowTable, 4), stride, line);
    switch (pairs) {
      case 1: sumNeighbours(line, target, columnFirst, columnWeights, 1, quads); break;
      case 2: sumNeighbours(line, target, columnFirst, columnWeights, 2, quads); break;
      case 3: sumNeighbours(line, target, columnFirst, columnWeights, 3, quads); break;
      case 4: sumNeighbours(line, target, columnFirst, columnWeights, 4, quads); break;
      case 5: sumNeighbours(line, target, columnFirst, columnWeights, 5, quads); break;
      case 6: sumNeighbours(line, target, columnFirst, columnWeights, 6, quads); break;
      default: sumNeighbours(line, target, columnFirst, columnWeights, pairs, quads);
    }
    target += targetStride;
    rowWeights += taps * 2;
    rowTable += 8;
  }
}

/** The first pass: a weighted sum of input rows, 64 bytes at a time. */
function sumRows(first: usize, rowBytes: usize, weights: usize, end: usize, stride: usize, line: usize): void {
  const half = i16x8.splat(128);
  let x: usize = 0;
  do {
    let a = half;
    let b = half;
    let c = half;
    let d = half;
    let e = half;
    let f = half;
    let g = half;
    let h = half;
    let p = first + x;
    let w = weights;
    do {
      const weight = v128.load16_splat(w);
      let bytes = v128.load(p);
      a = i16x8.add(a, i16x8.mul(i16x8.extend_low_i8x16_u(bytes), weight));
      b = i16x8.add(b, i16x8.mul(i16x8.extend_high_i8x16_u(bytes), weight));
      bytes = v128.load(p, 16);
      c = i16x8.add(c, i16x8.mul(i16x8.extend_low_i8x16_u(bytes), weight));
      d = i16x8.add(d, i16x8.mul(i16x8.extend_high_i8x16_u(bytes), weight));
      bytes = v128.load(p, 32);
      e = i16x8.add(e, i16x8.mul(i16x8.extend_low_i8x16_u(bytes), weight));
      f = i16x8.add(f, i16x8.mul(i16x8.extend_high_i8x16_u(bytes), weight));
      bytes = v128.load(p, 48);
      g = i16x8.add(g, i16x8.mul(i16x8.extend_low_i8x16_u(bytes), weight));
      h = i16x8.add(h, i16x8.mul(i16x8.extend_high_i8x16_u(bytes), weight));
      p += stride;
      w += 2;
    } while (w < end);
    const out = line + x;
    v128.store(out, i8x16.narrow_i16x8_u(i16x8.shr_u(a, 8), i16x8.shr_u(b, 8)));
    v128.store(out, i8x16.narrow_i16x8_u(i16x8.shr_u(c, 8), i16x8.shr_u(d, 8)), 16);
    v128.store(out, i8x16.narrow_i16x8_u(i16x8.shr_u(e, 8), i16x8.shr_u(f, 8)), 32);
    v128.store(out, i8x16.narrow_i16x8_u(i16x8.shr_u(g, 8), i16x8.shr_u(h, 8)), 48);
    x += 64;
  } while (x < rowBytes);
}

/** The second pass: four pixels at a time. Inlined where `pairs` is known, which saves the loop over them. */
// @ts-ignore: decorator
@inline
function sumNeighbours(
  line: usize,
  out: usize,
  first: usize,
  weights: usize,
  pairs: i32,
  quads: i32,
): void {
  const bytes = <usize>pairs * 16;
  for (let x = 0; x < quads; x++) {
    const a = pixel(line + <usize>load<u32>(first), weights, pairs);
    const b = pixel(line + <usize>load<u32>(first, 4), weights + bytes, pairs);
    const c = pixel(line + <usize>load<u32>(first, 8), weights + 2 * bytes, pairs);
    const d = pixel(line + <usize>load<u32>(first, 12), weights + 3 * bytes, pairs);
    v128.store(out, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
    out += 16;
    first += 16;
    weights += 4 * bytes;
  }
}

// @ts-ignore: decorator
@inline
function pixel(p: usize, weights: usize, pairs: i32): v128 {
  let sum = i32x4.splat(128);
  if (pairs > 6) {
    for (let pair = 0; pair < pairs; pair++) {
      sum = add(sum, p, weights);
      p += 6;
      weights += 16;
    }
  } else {
    sum = add(sum, p, weights);
    if (pairs > 1) sum = add(sum, p + 6, weights + 16);
    if (pairs > 2) sum = add(sum, p + 12, weights + 32);
    if (pairs > 3) sum = add(sum, p + 18, weights + 48);
    if (pairs > 4) sum = add(sum, p + 24, weights + 64);
    if (pairs > 5) sum = add(sum, p + 30, weights + 80);
  }
  return i32x4.shr_s(sum, 8);
}

/** Adds two neighbours: RGBRGB becomes RR GG BB 00, each in 16 bits. */
// @ts-ignore: decorator
@inline
function add(sum: v128, p: usize, weights: usize): v128 {
  const channels = i8x16(0, -128, 3, -128, 1, -128, 4, -128, 2, -128, 5, -128, -128, -128, -128, -128);
  const pair = i8x16.swizzle(v128.load64_zero(p), channels);
  return i32x4.add(sum, i32x4.dot_i16x8_s(pair, v128.load(weights)));
}
