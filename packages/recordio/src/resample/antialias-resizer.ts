import { columnsKernel, rowsKernel } from "./antialias-kernels.js";
import { type FilterWeights, triangleWeights } from "./filter-weights.js";
import { copyArea, type PixelArea } from "./pixel-area.js";
import { assembleModule } from "./wasm-module.js";
import { createMemory, instantiate, type Kernel, reserve } from "./wasm-runtime.js";

/** The kernels read up to this many bytes past a row's end. */
const SLACK = 64;
/** Coefficients of the most recent pairs of sides are kept; photos of one camera share them. */
const KEPT_WEIGHTS = 64;

/**
 * Shrinks or enlarges images of four bytes a pixel with an antialiasing triangle, in WebAssembly SIMD.
 *
 * The source lies in WebAssembly memory, so that a decoder can write straight into it. One resizer is used by
 * one thread at a time.
 */
export class AntialiasResizer {
  readonly #memory = createMemory();
  readonly #rows: Kernel;
  readonly #columns: Kernel;
  readonly #weights = new Map<string, FilterWeights>();
  #sourceBytes = 0;

  constructor() {
    const exports = instantiate(assembleModule([rowsKernel(), columnsKernel()]), this.#memory);
    this.#rows = exports.rows!;
    this.#columns = exports.columns!;
  }

  /** Memory for a source image of `length` bytes; good until the next call of any method. */
  source(length: number): Buffer {
    this.#sourceBytes = align(length + SLACK);
    reserve(this.#memory, this.#sourceBytes);
    return Buffer.from(this.#memory.buffer, 0, length);
  }

  /**
   * Resizes an area of the source.
   *
   * @returns four bytes a pixel, `width` x `height`, without gaps; good until the next call
   */
  resize(area: PixelArea, width: number, height: number): Buffer {
    const vertical = this.#weightsOf(area.height, height);
    const horizontal = this.#weightsOf(area.width, width);
    const groups = Math.ceil(Math.max(...horizontal.used) / 4);
    const rowBytes = area.width * 4;
    const middleStride = align(rowBytes + SLACK);
    // Behind the source: tables, the image after the first pass, the result.
    const rowFirst = this.#sourceBytes;
    const rowWeights = align(rowFirst + height * 8);
    const columnFirst = align(rowWeights + vertical.weights.byteLength);
    const columnWeights = align(columnFirst + width * 4);
    const middle = align(columnWeights + width * groups * 32);
    const target = middle + middleStride * height + SLACK;
    const length = width * height * 4;
    reserve(this.#memory, target + length + SLACK);
    const bytes = Buffer.from(this.#memory.buffer);
    const out = bytes.subarray(target, target + length);
    if (area.width === width && area.height === height) {
      copyArea(bytes, area, out);
      return out;
    }
    const words = new Int32Array(this.#memory.buffer);
    for (let y = 0; y < height; y++) {
      words[rowFirst / 4 + 2 * y] = vertical.first[y]! * area.stride;
      words[rowFirst / 4 + 2 * y + 1] = vertical.used[y]! * 2;
    }
    for (let x = 0; x < width; x++) words[columnFirst / 4 + x] = horizontal.first[x]! * 4;
    const halves = new Uint16Array(this.#memory.buffer);
    halves.set(vertical.weights, rowWeights / 2);
    spreadWeights(
      horizontal,
      groups,
      halves.subarray(columnWeights / 2, columnWeights / 2 + width * groups * 16),
    );
    this.#rows(
      area.offset,
      area.stride,
      middle,
      middleStride,
      rowFirst,
      rowWeights,
      vertical.taps,
      height,
      rowBytes,
    );
    this.#columns(middle, middleStride, target, width * 4, columnFirst, columnWeights, groups, width, height);
    return out;
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

/** Each weight four times, once for each byte of its pixel; groups of four taps padded with 0. */
function spreadWeights(filter: FilterWeights, groups: number, out: Uint16Array): void {
  const outputs = filter.first.length;
  out.fill(0);
  for (let i = 0; i < outputs; i++) {
    for (let tap = 0; tap < filter.used[i]!; tap++) {
      const weight = filter.weights[i * filter.taps + tap]!;
      const at = (i * groups * 4 + tap) * 4;
      out[at] = weight;
      out[at + 1] = weight;
      out[at + 2] = weight;
      out[at + 3] = weight;
    }
  }
}
