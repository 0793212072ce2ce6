import type { DetectorTensors } from "../../src/detectors/detector.js";

/** Number at a place, by its indices. */
export type Entry = readonly [indices: readonly number[], value: number];

/** A tensor that is `fill` (default 0) but for its entries. */
export interface Table {
  readonly dims: readonly number[];
  readonly type?: "float32" | "int64" | "int32";
  readonly entries: readonly Entry[];
  readonly fill?: number;
}

/** Numbers of one row (or one column, where `attributesFirst`) of a table. */
export function line(
  row: number,
  values: Readonly<Record<number, number>>,
  attributesFirst = false,
): Entry[] {
  return Object.entries(values).map(([attribute, value]) => [
    attributesFirst ? [0, Number(attribute), row] : [0, row, Number(attribute)],
    value,
  ]);
}

/** The tensor of a table. */
export function tensor({ dims, type = "float32", entries, fill = 0 }: Table): DetectorTensors[string] {
  const length = dims.reduce((product, side) => product * side, 1);
  const numbers = new Float64Array(length).fill(fill);
  for (const [indices, value] of entries) numbers[offset(dims, indices)] = value;
  if (type === "int64") return { type, dims, data: BigInt64Array.from(numbers, BigInt) };
  return { type, dims, data: type === "int32" ? Int32Array.from(numbers) : Float32Array.from(numbers) };
}

/** Place of an element in the flat array. */
export function offset(dims: readonly number[], indices: readonly number[]): number {
  return indices.reduce((sum, index, axis) => sum * dims[axis]! + index, 0);
}
