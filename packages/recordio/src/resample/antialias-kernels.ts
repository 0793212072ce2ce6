import { op, type WasmFunction } from "./wasm-module.js";

// Both kernels multiply bytes by weights that sum to 256, in lanes of 16 bits: 255 x 256 plus the
// rounding half still fits. Rows are read in steps of 32 bytes, so buffers need that much slack behind them.

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
  const [v0, v1, weight, a0, a1, a2, a3] = range(15, 7);
  const accumulate = (sum: number, extend: readonly number[], value: number): number[] => [
    ...op.get(sum),
    ...op.get(value),
    ...extend,
    ...op.get(weight),
    ...op.multiply16,
    ...op.add16,
    ...op.set(sum),
  ];
  const narrow = (low: number, high: number, offset: number): number[] => [
    ...sumOf(op.get(target), op.get(x)),
    ...op.get(low),
    ...op.constant(8),
    ...op.shiftRight16,
    ...op.get(high),
    ...op.constant(8),
    ...op.shiftRight16,
    ...op.narrowUnsigned,
    ...op.vectorStore(offset),
  ];
  const tap = [
    ...op.get(p),
    ...op.vectorLoad(0),
    ...op.set(v0),
    ...op.get(p),
    ...op.vectorLoad(16),
    ...op.set(v1),
    ...op.get(w),
    ...op.loadSplat16,
    ...op.set(weight),
    ...accumulate(a0, op.extendLow, v0),
    ...accumulate(a1, op.extendHigh, v0),
    ...accumulate(a2, op.extendLow, v1),
    ...accumulate(a3, op.extendHigh, v1),
    ...advance(p, op.get(sourceStride)),
    ...advance(w, op.constant(2)),
    ...op.get(w),
    ...op.get(wEnd),
    ...op.lessUnsigned,
  ];
  const block = [
    ...[a0, a1, a2, a3].flatMap((sum) => [...ROUNDING, ...op.set(sum)]),
    ...sumOf(op.get(row), op.get(x)),
    ...op.set(p),
    ...op.get(weights),
    ...op.set(w),
    ...op.loop(tap),
    ...narrow(a0, a1, 0),
    ...narrow(a2, a3, 16),
    ...advance(x, op.constant(32)),
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
  return { name: "rows", parameters: 9, integers: 6, vectors: 7, body: op.loop(line) };
}

/**
 * `columns(source, sourceStride, target, targetStride, firstOffsets, weights, groups, outColumns, outRows)`: each
 * output pixel of four bytes is a weighted sum of `groups` x 4 neighbours in its row. `weights` holds 32 bytes a
 * group, each weight of 16 bits four times.
 */
export function columnsKernel(): WasmFunction {
  const [source, sourceStride, target, targetStride, first, weights, groups, outColumns, outRows] = range(
    0,
    9,
  );
  const [y, x, f, p, w, group, out] = range(9, 7);
  const [value, sum] = [16, 17] as const;
  const tap = [
    ...op.get(p),
    ...op.vectorLoad(),
    ...op.set(value),
    ...op.get(sum),
    ...op.get(value),
    ...op.extendLow,
    ...op.get(w),
    ...op.vectorLoad(),
    ...op.multiply16,
    ...op.add16,
    ...op.get(value),
    ...op.extendHigh,
    ...op.get(w),
    ...op.vectorLoad(16),
    ...op.multiply16,
    ...op.add16,
    ...op.set(sum),
    ...advance(p, op.constant(16)),
    ...advance(w, op.constant(32)),
    ...advance(group, op.constant(1)),
    ...op.get(group),
    ...op.get(groups),
    ...op.lessUnsigned,
  ];
  const pixel = [
    ...sumOf(op.get(source), [...op.get(f), ...op.load32()]),
    ...op.set(p),
    ...op.constant(0),
    ...op.set(group),
    ...ROUNDING_ONCE,
    ...op.set(sum),
    ...op.loop(tap),
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
  return { name: "columns", parameters: 9, integers: 7, vectors: 2, body: op.loop(line) };
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
