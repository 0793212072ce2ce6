import { op, type WasmFunction } from "./wasm-module.js";

// Both kernels multiply bytes by weights that sum to 256, in lanes of 16 bits: 255 x 256 plus the
// rounding half still fits. Rows are read in steps of 64 bytes, so buffers need that much slack behind them.

const ROUNDING = op.vectorConstant16([128, 128, 128, 128, 128, 128, 128, 128]);
/** Two pixels share a vector and are added at the end: only one of them carries the rounding half. */
const ROUNDING_ONCE = op.vectorConstant16([128, 128, 128, 128, 0, 0, 0, 0]);
const HIGH_HALF = op.shuffle([8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);

/**
 * `rows(source, sourceStride, target, targetStride, table, weights, taps, outRows, rowBytes)`: each output row is
 * a weighted sum of input rows. `table` holds two words a row: the byte offset of its first input row, and how many
 * bytes of weights it uses; `weights` has room for `taps` weights of 16 bits a row.
 */
export function rowsKernel(): WasmFunction {
  const [source, sourceStride, target, targetStride, first, weights, taps, outRows, rowBytes] = range(0, 9);
  const [y, x, row, p, w, wEnd] = range(9, 6);
  const [value, weight] = [15, 16] as const;
  const sums = Array.from({ length: 8 }, (_, at) => 17 + at);
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
    ...op.get(w),
    ...op.get(wEnd),
    ...op.lessUnsigned,
  ];
  const narrow = (quarter: number): number[] => [
    ...sumOf(op.get(target), op.get(x)),
    ...op.get(sums[2 * quarter]!),
    ...op.constant(8),
    ...op.shiftRight16,
    ...op.get(sums[2 * quarter + 1]!),
    ...op.constant(8),
    ...op.shiftRight16,
    ...op.narrowUnsigned,
    ...op.vectorStore(16 * quarter),
  ];
  const block = [
    ...sums.flatMap((sum) => [...ROUNDING, ...op.set(sum)]),
    ...sumOf(op.get(row), op.get(x)),
    ...op.set(p),
    ...op.get(weights),
    ...op.set(w),
    ...op.loop(tap),
    ...quarters.flatMap(narrow),
    ...advance(x, op.constant(64)),
    ...op.get(x),
    ...op.get(rowBytes),
    ...op.lessUnsigned,
  ];
  const line = [
    ...sumOf(op.get(source), [...op.get(first), ...op.load32()]),
    ...op.set(row),
    ...sumOf(op.get(weights), [...op.get(first), ...op.load32(4)]),
    ...op.set(wEnd),
    ...op.constant(0),
    ...op.set(x),
    ...op.loop(block),
    ...advance(weights, [...op.get(taps), ...op.constant(2), ...op.multiply]),
    ...advance(first, op.constant(8)),
    ...advance(target, op.get(targetStride)),
    ...advance(y, op.constant(1)),
    ...op.get(y),
    ...op.get(outRows),
    ...op.lessUnsigned,
  ];
  return { name: "rows", parameters: 9, integers: 6, vectors: 10, body: op.loop(line) };
}

/** Four pixels RGBRGBRGBRGB become RGBR RGBR ...: the fourth byte of a pixel is never looked at. */
const SPREAD = op.shuffle([0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11]);

/** The largest number of groups with a kernel of its own; more go through a loop. */
export const UNROLLED_GROUPS = 3;

/**
 * `columns(source, sourceStride, target, targetStride, firstOffsets, weights, groups, outColumns, outRows)`: each
 * output pixel of four bytes is a weighted sum of `groups` x 4 neighbours of three bytes in its row. `weights` holds
 * 32 bytes a group, each weight of 16 bits four times.
 *
 * @param unrolled the number of groups when it is known, which saves the loop over them
 */
export function columnsKernel(unrolled?: number): WasmFunction {
  const [source, sourceStride, target, targetStride, first, weights, groups, outColumns, outRows] = range(
    0,
    9,
  );
  const [y, x, f, p, w, group, out] = range(9, 7);
  const [value, sum] = [16, 17] as const;
  const half = (extend: readonly number[], offset: number): number[] => [
    ...op.get(value),
    ...extend,
    ...op.get(w),
    ...op.vectorLoad(offset),
    ...op.multiply16,
    ...op.add16,
  ];
  const tap = (index: number): number[] => [
    ...op.get(p),
    ...op.vectorLoad(12 * index),
    ...op.set(value),
    ...op.get(value),
    ...op.get(value),
    ...SPREAD,
    ...op.set(value),
    ...op.get(sum),
    ...half(op.extendLow, 32 * index),
    ...half(op.extendHigh, 32 * index + 16),
    ...op.set(sum),
  ];
  const looped = [
    ...op.constant(0),
    ...op.set(group),
    ...op.loop([
      ...tap(0),
      ...advance(p, op.constant(12)),
      ...advance(w, op.constant(32)),
      ...advance(group, op.constant(1)),
      ...op.get(group),
      ...op.get(groups),
      ...op.lessUnsigned,
    ]),
  ];
  const straight = (count: number): number[] => [
    ...Array.from({ length: count }, (_, index) => tap(index)).flat(),
    ...advance(w, op.constant(32 * count)),
  ];
  const pixel = [
    ...sumOf(op.get(source), [...op.get(f), ...op.load32()]),
    ...op.set(p),
    ...ROUNDING_ONCE,
    ...op.set(sum),
    ...(unrolled === undefined ? looped : straight(unrolled)),
    ...op.get(sum),
    ...op.get(sum),
    ...op.get(sum),
    ...HIGH_HALF,
    ...op.add16,
    ...op.constant(8),
    ...op.shiftRight16,
    ...op.set(sum),
    ...op.get(out),
    ...op.get(sum),
    ...op.get(sum),
    ...op.narrowUnsigned,
    ...op.storeLane32(0),
    ...advance(out, op.constant(4)),
    ...advance(f, op.constant(4)),
    ...advance(x, op.constant(1)),
    ...op.get(x),
    ...op.get(outColumns),
    ...op.lessUnsigned,
  ];
  const line = [
    ...op.constant(0),
    ...op.set(x),
    ...op.get(target),
    ...op.set(out),
    ...op.get(first),
    ...op.set(f),
    ...op.get(weights),
    ...op.set(w),
    ...op.loop(pixel),
    ...advance(source, op.get(sourceStride)),
    ...advance(target, op.get(targetStride)),
    ...advance(y, op.constant(1)),
    ...op.get(y),
    ...op.get(outRows),
    ...op.lessUnsigned,
  ];
  const name = `columns${unrolled ?? ""}`;
  return { name, parameters: 9, integers: 7, vectors: 2, body: op.loop(line) };
}

function advance(local: number, by: readonly number[]): number[] {
  return [...op.get(local), ...by, ...op.add, ...op.set(local)];
}

function sumOf(a: readonly number[], b: readonly number[]): number[] {
  return [...a, ...b, ...op.add];
}

/** Local indices; the tuple type lets them be taken apart without undefined. */
function range<N extends 6 | 7 | 9>(from: number, count: N): Locals<N> {
  return Array.from({ length: count }, (_, at) => from + at) as Locals<N>;
}

type Locals<N> = N extends 6
  ? [number, number, number, number, number, number]
  : N extends 7
    ? [number, number, number, number, number, number, number]
    : [number, number, number, number, number, number, number, number, number];
