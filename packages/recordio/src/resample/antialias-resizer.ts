import { columnsKernel, rowsKernel, UNROLLED_GROUPS } from "./antialias-kernels.js";
import { type FilterWeights, triangleWeights } from "./filter-weights.js";
import type { PixelArea } from "./pixel-area.js";
import { assembleModule } from "./wasm-module.js";
import { createMemory, instantiate, type Kernel, reserve } from "./wasm-runtime.js";

/** The kernels read up to this many bytes past a row's end. */
const SLACK = 64;
/** Coefficients of the most recent pairs of sides are kept; photos of one camera share them. */
const KEPT_WEIGHTS = 64;

/**
 * Shrinks or enlarges RGB images with an antialiasing triangle, in WebAssembly SIMD.
 *
 * The source lies in WebAssembly memory, so that a decoder can write straight into it. One resizer is used by
 * one thread at a time.
 */
export class AntialiasResizer {
  readonly #memory = createMemory();
  readonly #rows: Kernel;
  /** By number of groups; the one at 0 takes any number. */
  readonly #columns: readonly Kernel[];
  readonly #weights = new Map<string, FilterWeights>();
  #sourceBytes = 0;
  /** What the tables in memory are for; several images of one size need them written once. */
  #tables = "";

  constructor() {
    const unrolled = Array.from({ length: UNROLLED_GROUPS }, (_, at) => columnsKernel(at + 1));
    const columns = [columnsKernel(), ...unrolled];
    const exports = instantiate(assembleModule([rowsKernel(), ...columns]), this.#memory);
    this.#rows = exports.rows!;
    this.#columns = columns.map(({ name }) => exports[name]!);
  }

  /** Memory for a source image of `length` bytes, three a pixel; good until the next call of any method. */
  source(length: number): Buffer {
    const bytes = align(length + SLACK);
    if (bytes !== this.#sourceBytes) this.#tables = "";
    this.#sourceBytes = bytes;
    reserve(this.#memory, bytes);
    return Buffer.from(this.#memory.buffer, 0, length);
  }

  /**
   * Resizes an area of the source.
   *
   * @returns four bytes a pixel, the fourth without meaning, `width` x `height`, without gaps; good until the next
   *   call
   */
  resize(area: PixelArea, width: number, height: number): Buffer {
    const vertical = this.#weightsOf(area.height, height);
    const horizontal = this.#weightsOf(area.width, width);
    const groups = Math.ceil(horizontal.widest / 4);
    const middleStride = align(area.width * 3 + SLACK);
    // Behind the source: tables, the image after the first pass, the result.
    const rowTable = this.#sourceBytes;
    const rowWeights = align(rowTable + height * 8);
    const columnFirst = align(rowWeights + vertical.weights.byteLength);
    const columnWeights = align(columnFirst + width * 4);
    const middle = align(columnWeights + width * groups * 32);
    const target = middle + middleStride * height + SLACK;
    const length = width * height * 4;
    reserve(this.#memory, target + length + SLACK);
    const tables = `${area.width} ${area.height} ${area.stride} ${width} ${height}`;
    if (tables !== this.#tables) {
      writeRowTables(this.#memory.buffer, vertical, area.stride, rowTable, rowWeights);
      writeColumnTables(this.#memory.buffer, horizontal, groups, columnFirst, columnWeights);
      this.#tables = tables;
    }
    const { offset, stride } = area;
    const rowBytes = area.width * 3;
    this.#rows(offset, stride, middle, middleStride, rowTable, rowWeights, vertical.taps, height, rowBytes);
    const columns = this.#columns[groups] ?? this.#columns[0]!;
    columns(middle, middleStride, target, width * 4, columnFirst, columnWeights, groups, width, height);
    return Buffer.from(this.#memory.buffer, target, length);
  }

  #weightsOf(input: number, output: number): FilterWeights {
    const key = `${input} ${output}`;
    const kept = this.#weights.get(key);
    if (kept !== undefined) return kept;
    if (this.#weights.size >= KEPT_WEIGHTS) this.#weights.clear();
    const made = triangleWeights(input, output);
    this.#weights.set(key, made);
    return made;
  }
}

function align(value: number): number {
  return Math.ceil(value / 16) * 16;
}

/** For each output row the byte offset of its first input row and the bytes of its weights; then all weights. */
function writeRowTables(
  memory: ArrayBuffer,
  filter: FilterWeights,
  stride: number,
  table: number,
  weights: number,
) {
  const words = new Int32Array(memory, table, filter.first.length * 2);
  for (let y = 0; y < filter.first.length; y++) {
    words[2 * y] = filter.first[y]! * stride;
    words[2 * y + 1] = filter.used[y]! * 2;
  }
  new Uint16Array(memory, weights, filter.weights.length).set(filter.weights);
}

/** For each output column the byte offset of its first pixel; then weights, four times each, groups padded with 0. */
function writeColumnTables(
  memory: ArrayBuffer,
  filter: FilterWeights,
  groups: number,
  first: number,
  weights: number,
) {
  const outputs = filter.first.length;
  const words = new Int32Array(memory, first, outputs);
  const halves = new Uint16Array(memory, weights, outputs * groups * 16).fill(0);
  for (let i = 0; i < outputs; i++) {
    words[i] = filter.first[i]! * 3;
    for (let tap = 0; tap < filter.used[i]!; tap++) {
      const at = (i * groups * 4 + tap) * 4;
      halves.fill(filter.weights[i * filter.taps + tap]!, at, at + 4);
    }
  }
}
