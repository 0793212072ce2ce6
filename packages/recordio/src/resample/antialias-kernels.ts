import { op, type WasmFunction } from "./wasm-module.js";

// Bytes are multiplied by weights that sum to 256; the sums of the first pass are in lanes of 16 bits, where 255 x 256
// plus the rounding half still fits. Both passes read past a row's end: buffers need 64 bytes of slack behind them.

const ROUNDING_16 = op.vectorConstant16([128, 128, 128, 128, 128, 128, 128, 128]);
const ROUNDING_32 = op.vectorConstant16([128, 0, 128, 0, 128, 0, 128, 0]);
/** An index with its top bit set: the lane becomes 0. */
const Z = 128;
/** Two pixels RGBRGB become RR GG BB 00, each in 16 bits. */
const PAIR_BY_CHANNEL = op.vectorConstant8([0, Z, 3, Z, 1, Z, 4, Z, 2, Z, 5, Z, Z, Z, Z, Z]);

/** Up to this many pairs of neighbours a kernel is written out; beyond, it goes through a loop. */
export const UNROLLED_PAIRS = 8;

const [source, rowBytes, rowTable, rowWeights, taps, sourceStride] = [0, 1, 2, 3, 4, 5] as const;
const [line, target, targetStride, columnFirst, columnWeights, pairs, quads, outRows] = [
  6, 7, 8, 9, 10, 11, 12, 13,
] as const;
const [y, x, p, w, end, first, out, pair] = [14, 15, 16, 17, 18, 19, 20, 21] as const;
const [value, weight, channels] = [22, 23, 24] as const;
const sums = [25, 26, 27, 28, 29, 30, 31, 32] as const;

/**
 * `resize(source, rowBytes, rowTable, rowWeights, taps, sourceStride, line, target, targetStride, columnFirst,
 * columnWeights, pairs, quads, outRows)`: each output row is made in two passes, by way of one line that stays in the
 * processor's nearest cache.
 *
 * First a weighted sum of input rows. `rowTable` holds two words a row: the byte offset of its first input row, and how
 * many bytes of weights it uses; `rowWeights` has room for `taps` weights of 16 bits a row.
 *
 * Then, for `quads` x 4 output pixels of four bytes, weighted sums of `pairs` x 2 neighbours of three bytes.
 * `columnFirst` holds the byte offset of each pixel's first neighbour, `columnWeights` 16 bytes a pair: both weights,
 * once for each channel.
 *
 * @param unrolled the number of pairs when it is known, which saves the loop over them
 */
export function resizeKernel(unrolled?: number): WasmFunction {
  const row = [
    ...sumRows(),
    ...op.get(columnFirst),
    ...op.set(first),
    ...op.get(columnWeights),
    ...op.set(w),
    ...op.get(target),
    ...op.set(out),
    ...op.constant(0),
    ...op.set(x),
    ...op.loop(sumNeighbours(unrolled)),
    ...advance(target, op.get(targetStride)),
    ...advance(rowWeights, [...op.get(taps), ...op.constant(2), ...op.multiply]),
    ...advance(rowTable, op.constant(8)),
    ...advance(y, op.constant(1)),
    ...isBelow(y, outRows),
  ];
  const body = [...PAIR_BY_CHANNEL, ...op.set(channels), ...op.loop(row)];
  return { name: "resize", parameters: 14, integers: 8, vectors: 11, body };
}

/** The first pass of one row, 64 bytes at a time. */
function sumRows(): number[] {
  const accumulate = (sum: number, extend: readonly number[]): number[] => [
    ...op.get(sum),
    ...op.get(value),
    ...extend,
    ...op.get(weight),
    ...op.multiply16,
    ...op.add16,
    ...op.set(sum),
  ];
  const quarters = [0, 1, 2, 3];
  const tap = [
    ...op.get(w),
    ...op.loadSplat16,
    ...op.set(weight),
    ...quarters.flatMap((quarter) => [
      ...op.get(p),
      ...op.vectorLoad(16 * quarter),
      ...op.set(value),
      ...accumulate(sums[2 * quarter]!, op.extendLow),
      ...accumulate(sums[2 * quarter + 1]!, op.extendHigh),
    ]),
    ...advance(p, op.get(sourceStride)),
    ...advance(w, op.constant(2)),
    ...isBelow(w, end),
  ];
  const narrow = (quarter: number): number[] => [
    ...sumOf(op.get(line), op.get(x)),
    ...op.get(sums[2 * quarter]!),
    ...op.constant(8),
    ...op.shiftRight16,
    ...op.get(sums[2 * quarter + 1]!),
    ...op.constant(8),
    ...op.shiftRight16,
    ...op.narrow16,
    ...op.vectorStore(16 * quarter),
  ];
  const block = [
    ...sums.flatMap((sum) => [...ROUNDING_16, ...op.set(sum)]),
    ...sumOf(op.get(first), op.get(x)),
    ...op.set(p),
    ...op.get(rowWeights),
    ...op.set(w),
    ...op.loop(tap),
    ...quarters.flatMap(narrow),
    ...advance(x, op.constant(64)),
    ...isBelow(x, rowBytes),
  ];
  return [
    ...sumOf(op.get(source), [...op.get(rowTable), ...op.load32()]),
    ...op.set(first),
    ...sumOf(op.get(rowWeights), [...op.get(rowTable), ...op.load32(4)]),
    ...op.set(end),
    ...op.constant(0),
    ...op.set(x),
    ...op.loop(block),
  ];
}

/** The second pass of four pixels of a row. */
function sumNeighbours(unrolled: number | undefined): number[] {
  const addPair = (sum: number, index: number): number[] => [
    ...op.get(sum),
    ...op.get(p),
    ...op.load64Zero(6 * index),
    ...op.get(channels),
    ...op.swizzle,
    ...op.get(w),
    ...op.vectorLoad(16 * index),
    ...op.dot16,
    ...op.add32,
    ...op.set(sum),
  ];
  const looped = (sum: number): number[] => [
    ...op.constant(0),
    ...op.set(pair),
    ...op.loop([
      ...addPair(sum, 0),
      ...advance(p, op.constant(6)),
      ...advance(w, op.constant(16)),
      ...advance(pair, op.constant(1)),
      ...isBelow(pair, pairs),
    ]),
  ];
  const straight = (sum: number, count: number): number[] => [
    ...Array.from({ length: count }, (_, index) => addPair(sum, index)).flat(),
    ...advance(w, op.constant(16 * count)),
  ];
  const pixel = (at: number): number[] => [
    ...sumOf(op.get(line), [...op.get(first), ...op.load32(4 * at)]),
    ...op.set(p),
    ...ROUNDING_32,
    ...op.set(sums[at]!),
    ...(unrolled === undefined ? looped(sums[at]!) : straight(sums[at]!, unrolled)),
  ];
  const narrowTwo = (at: number): number[] =>
    [at, at + 1]
      .flatMap((one) => [...op.get(sums[one]!), ...op.constant(8), ...op.shiftRight32])
      .concat(op.narrow32);
  return [
    ...[0, 1, 2, 3].flatMap(pixel),
    ...op.get(out),
    ...narrowTwo(0),
    ...narrowTwo(2),
    ...op.narrow16,
    ...op.vectorStore(),
    ...advance(out, op.constant(16)),
    ...advance(first, op.constant(16)),
    ...advance(x, op.constant(1)),
    ...isBelow(x, quads),
  ];
}

function advance(local: number, by: readonly number[]): number[] {
  return [...op.get(local), ...by, ...op.add, ...op.set(local)];
}

function isBelow(local: number, bound: number): number[] {
  return [...op.get(local), ...op.get(bound), ...op.lessUnsigned];
}

function sumOf(a: readonly number[], b: readonly number[]): number[] {
  return [...a, ...b, ...op.add];
}
