import { align, createMemory, instantiate, type Kernel, reserve } from "@sightline/foundation/wasm-kernel";
import antialiasProgram from "../kernels/assembly/antialias.ts?wasm";
import { type FilterWeights, triangleWeights } from "./filter-weights.js";
import { type PixelArea, SOURCE_START } from "./pixel-area.js";

/** The kernel reads up to this many bytes past a row's end. */
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
  readonly #resize: Kernel = instantiate(antialiasProgram, this.#memory).resize!;
  readonly #weights = new Map<string, FilterWeights>();
  #sourceBytes = 0;
  /** What the tables in memory are for; several images of one size need them written once. */
  #tables = "";

  /** Memory for a source image of `length` bytes, three a pixel; good until the next call of any method. */
  source(length: number): Buffer {
    const bytes = align(SOURCE_START + length + SLACK);
    if (bytes !== this.#sourceBytes) this.#tables = "";
    this.#sourceBytes = bytes;
    reserve(this.#memory, bytes);
    return Buffer.from(this.#memory.buffer, SOURCE_START, length);
  }

  /**
   * Resizes an area of the source.
   *
   * @param span sides of the area that are of the image, where its last column or row is only partly so
   * @returns four bytes a pixel, the fourth without meaning, `width` x `height`, without gaps; good until the next
   *   call
   */
  resize(
    area: PixelArea,
    width: number,
    height: number,
    span: { readonly width: number; readonly height: number } = area,
  ): Buffer {
    const vertical = this.#weightsOf(area.height, height, span.height);
    const horizontal = this.#weightsOf(area.width, width, span.width);
    const pairs = Math.ceil(horizontal.widest / 2);
    const quads = Math.ceil(width / 4);
    // Behind the source: tables, a line after the first pass, the result.
    const rowTable = this.#sourceBytes;
    const rowWeights = align(rowTable + height * 8);
    const columnFirst = align(rowWeights + vertical.weights.byteLength);
    const columnWeights = align(columnFirst + quads * 16);
    const line = align(columnWeights + quads * pairs * 64);
    const target = line + align(area.width * 3 + SLACK);
    const length = width * height * 4;
    reserve(this.#memory, target + length + SLACK);
    const tables = `${area.width} ${area.height} ${span.width} ${span.height} ${area.stride} ${width} ${height}`;
    if (tables !== this.#tables) {
      writeRowTables(this.#memory.buffer, vertical, area.stride, rowTable, rowWeights);
      writeColumnTables(this.#memory.buffer, horizontal, pairs, columnFirst, columnWeights);
      this.#tables = tables;
    }
    const { offset, stride } = area;
    const rows = [area.width * 3, rowTable, rowWeights, vertical.taps, stride];
    const columns = [columnFirst, columnWeights, pairs, quads];
    this.#resize(SOURCE_START + offset, ...rows, line, target, width * 4, ...columns, height);
    return Buffer.from(this.#memory.buffer, target, length);
  }

  #weightsOf(input: number, output: number, span: number): FilterWeights {
    const key = `${input} ${output} ${span}`;
    const kept = this.#weights.get(key);
    if (kept !== undefined) return kept;
    if (this.#weights.size >= KEPT_WEIGHTS) this.#weights.clear();
    const made = triangleWeights(input, output, span);
    this.#weights.set(key, made);
    return made;
  }
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

/**
 * For each output column, their number rounded up to four, the byte offset of its first pixel; and its weights in pairs
 * as the kernel takes them, padded with 0.
 */
function writeColumnTables(
  memory: ArrayBuffer,
  filter: FilterWeights,
  pairs: number,
  first: number,
  weights: number,
) {
  const outputs = filter.first.length;
  const padded = Math.ceil(outputs / 4) * 4;
  const words = new Int32Array(memory, first, padded).fill(0);
  const halves = new Uint16Array(memory, weights, padded * pairs * 8).fill(0);
  for (let i = 0; i < outputs; i++) {
    words[i] = filter.first[i]! * 3;
    for (let tap = 0; tap < filter.used[i]!; tap++) {
      const at = (i * pairs + (tap >> 1)) * 8 + (tap & 1);
      for (let channel = 0; channel < 3; channel++) {
        halves[at + 2 * channel] = filter.weights[i * filter.taps + tap]!;
      }
    }
  }
}
