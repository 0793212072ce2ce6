// Planes of luma and chroma to RGB (JFIF 1.02), eight pixels at a time. Reads and writes up to 16 bytes past a row's end.

/**
 * @param halfAcross whether the chroma planes have half as many pixels a row; `halfDown`: half as many rows
 * @param out three bytes a pixel, `width` x `height`, without gaps
 */
export function interleave(
  luma: usize,
  blue: usize,
  red: usize,
  lumaStride: usize,
  chromaStride: usize,
  halfAcross: boolean,
  halfDown: boolean,
  width: i32,
  height: i32,
  out: usize,
): void {
  for (let y = 0; y < height; y++) {
    const row = <usize>(halfDown ? y >> 1 : y) * chromaStride;
    for (let x = 0; x < width; x += 8) {
      const l = i16x8.extend_low_i8x16_u(v128.load64_zero(luma + <usize>x));
      const cb = chroma(blue + row, x, halfAcross);
      const cr = chroma(red + row, x, halfAcross);
      const r = i16x8.add(i16x8.add(l, cr), scaled(cr, 0.402));
      const g = i16x8.sub(i16x8.sub(l, scaled(cb, 0.344136)), scaled(cr, 0.714136));
      const b = i16x8.add(i16x8.add(l, i16x8.add(cb, cb)), scaled(cb, -0.228));
      const rg = i8x16.narrow_i16x8_u(r, g);
      const bb = i8x16.narrow_i16x8_u(b, b);
      const at = out + <usize>x * 3;
      v128.store(at, v128.shuffle<u8>(rg, bb, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5));
      const rest = v128.shuffle<u8>(rg, bb, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0);
      v128.store_lane<u64>(at + 16, rest, 0);
    }
    luma += lumaStride;
    out += <usize>width * 3;
  }
}

/** Eight chroma values around 0. */
// @ts-expect-error: decorator
@inline
function chroma(row: usize, x: i32, half: boolean): v128 {
  let bytes: v128;
  if (half) {
    const four = v128.load32_zero(row + <usize>(x >> 1));
    bytes = v128.shuffle<u8>(four, four, 0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0);
  } else {
    bytes = v128.load64_zero(row + <usize>x);
  }
  return i16x8.sub(i16x8.extend_low_i8x16_u(bytes), i16x8.splat(128));
}

// @ts-expect-error: decorator
@inline
function scaled(value: v128, factor: f64): v128 {
  return i16x8.q15mulr_sat_s(value, i16x8.splat(<i16>(factor * 32768)));
}
