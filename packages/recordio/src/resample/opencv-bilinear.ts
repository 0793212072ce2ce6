/**
 * `cv2.resize` with INTER_LINEAR on bytes, to the last bit: weights of 11 bits, two passes, and OpenCV's own
 * roundings (modules/imgproc/src/resize.cpp, `HResizeLinear`, `VResizeLinear<uchar, int, short>`). A shrink by
 * exactly two in both directions averages four pixels, as OpenCV does there.
 *
 * @param source `channels` bytes a pixel
 * @param offset first byte of the area to resize
 * @param stride bytes from one row to the next
 * @param target written without gaps; `targetWidth` x `targetHeight` x `channels` bytes
 */
export function resizeOpenCvBilinear(
  source: Uint8Array,
  area: { readonly offset: number; readonly stride: number; readonly width: number; readonly height: number },
  channels: number,
  target: Uint8Array,
  targetWidth: number,
  targetHeight: number,
): void {
  if (area.width === targetWidth * 2 && area.height === targetHeight * 2) {
    halve(source, area, channels, target, targetWidth, targetHeight);
    return;
  }
  const columns = linearWeights(area.width, targetWidth, channels, "columns");
  const rows = linearWeights(area.height, targetHeight, 1, "rows");
  const rowLength = targetWidth * channels;
  // Two rows after the horizontal pass, kept while the next output row needs them again.
  let upper = new Int32Array(rowLength);
  let lower = new Int32Array(rowLength);
  let upperRow = -1;
  let lowerRow = -1;
  for (let y = 0; y < targetHeight; y++) {
    const first = rows.first[y]!;
    const second = rows.second[y]!;
    if (lowerRow === first && upperRow !== first) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
    }
    if (upperRow !== first) horizontal(source, area.offset + first * area.stride, columns, channels, upper);
    if (lowerRow !== second) horizontal(source, area.offset + second * area.stride, columns, channels, lower);
    upperRow = first;
    lowerRow = second;
    vertical(upper, lower, rows.weight0[y]!, rows.weight1[y]!, target, y * rowLength, rowLength);
  }
}

/** Both neighbours of each output sample, in steps, with weights that sum to 2048. */
export interface LinearWeights {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weight0: Int32Array;
  readonly weight1: Int32Array;
}

/** 2048 = 1 << INTER_RESIZE_COEF_BITS. */
const SCALE = 2048;

/** OpenCV's neighbours and weights for one direction; `step` bytes lie between two input samples. */
export function linearWeights(
  input: number,
  output: number,
  step: number,
  direction: "columns" | "rows",
): LinearWeights {
  const first = new Int32Array(output);
  const second = new Int32Array(output);
  const weight0 = new Int32Array(output);
  const weight1 = new Int32Array(output);
  const scale = input / output;
  for (let i = 0; i < output; i++) {
    // OpenCV computes this in float32.
    const exact = Math.fround((i + 0.5) * scale - 0.5);
    let start = Math.floor(exact);
    let fraction = Math.fround(exact - start);
    const outside = start < 0 || start >= input - 1;
    // Past the border OpenCV sets a column's fraction to 0, but keeps a row's and takes the border row twice, which
    // rounds differently.
    if (outside && direction === "columns") {
      start = start < 0 ? 0 : input - 1;
      fraction = 0;
    }
    first[i] = Math.max(0, start) * step;
    second[i] = Math.min(start + 1, input - 1) * step;
    weight0[i] = roundHalfEven(Math.fround(Math.fround(1 - fraction) * SCALE));
    weight1[i] = roundHalfEven(Math.fround(fraction * SCALE));
  }
  return { first, second, weight0, weight1 };
}

function horizontal(
  source: Uint8Array,
  row: number,
  columns: LinearWeights,
  channels: number,
  out: Int32Array,
): void {
  const count = columns.first.length;
  let at = 0;
  for (let x = 0; x < count; x++) {
    const a = row + columns.first[x]!;
    const b = row + columns.second[x]!;
    const w0 = columns.weight0[x]!;
    const w1 = columns.weight1[x]!;
    for (let c = 0; c < channels; c++) out[at++] = source[a + c]! * w0 + source[b + c]! * w1;
  }
}

function vertical(
  upper: Int32Array,
  lower: Int32Array,
  w0: number,
  w1: number,
  target: Uint8Array,
  start: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) {
    const sum = ((w0 * (upper[i]! >> 4)) >> 16) + ((w1 * (lower[i]! >> 4)) >> 16) + 2;
    target[start + i] = sum >> 2;
  }
}

function halve(
  source: Uint8Array,
  area: { readonly offset: number; readonly stride: number },
  channels: number,
  target: Uint8Array,
  width: number,
  height: number,
): void {
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row = area.offset + 2 * y * area.stride;
    for (let x = 0; x < width; x++) {
      const left = row + 2 * x * channels;
      for (let c = 0; c < channels; c++) {
        const p = left + c;
        const below = p + area.stride;
        target[at++] =
          (source[p]! + source[p + channels]! + source[below]! + source[below + channels]! + 2) >> 2;
      }
    }
  }
}

/** C's rint, which OpenCV's saturate_cast uses. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
