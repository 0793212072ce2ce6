import { align, createMemory, instantiate, reserve } from "@sightline/foundation/wasm-kernel";
import headProgram from "../kernels/assembly/head.ts?wasm";
import type { Head } from "./head.js";

/** Feature rows that are worked on together: so many stay in the processor's second cache. */
export const BLOCK_ROWS = 32;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;
/** Values that a kernel takes at once; rows are padded to a multiple of it. */
const STEP = 16;
/** Rows of a power of two apart would fall on one another in the cache: one more step lies between them. */
const ROW_GAP = STEP * FLOAT;

/** A linear head over a few rows of features at a time, in WebAssembly SIMD: its values, and the gradient of its weights. */
export class HeadBlock {
  readonly #classes: number;
  readonly #width: number;
  /** Bytes of one class's weights. */
  readonly #classStride: number;
  readonly #rowStride: number;
  readonly #kernels;
  readonly #rows: Float32Array;
  readonly #weights: Float32Array;
  readonly #gradient: Float32Array;
  readonly #products: Float32Array;
  readonly #slopes: Float32Array;

  /** @param width features of a row */
  constructor(classes: number, width: number) {
    this.#classes = classes;
    this.#width = width;
    this.#classStride = Math.ceil(width / STEP) * STEP * FLOAT;
    this.#rowStride = this.#classStride + ROW_GAP;
    const memory = createMemory();
    let end = 0;
    const place = (bytes: number): (() => Float32Array) => {
      const at = end;
      end = align(end + bytes);
      return () => new Float32Array(memory.buffer, at, bytes / FLOAT);
    };
    const places = [
      BLOCK_ROWS * this.#rowStride,
      classes * this.#classStride,
      classes * this.#classStride,
      BLOCK_ROWS * classes * FLOAT,
      BLOCK_ROWS * classes * FLOAT,
    ].map(place);
    reserve(memory, end);
    const [rows, weights, gradient, products, slopes] = places.map((view) => view());
    this.#rows = rows!;
    this.#weights = weights!;
    this.#gradient = gradient!;
    this.#products = products!;
    this.#slopes = slopes!;
    this.#kernels = instantiate(headProgram, memory);
  }

  /** Takes the weights of a head, and begins its gradient at 0. */
  begin({ weight }: Head): void {
    for (let c = 0; c < this.#classes; c++) {
      const row = weight.subarray(c * this.#width, (c + 1) * this.#width);
      this.#weights.set(row, (c * this.#classStride) / FLOAT);
    }
    this.#gradient.fill(0);
  }

  /**
   * The weights' products with feature rows.
   *
   * @param starts where each row begins among `values`; at most `BLOCK_ROWS`
   * @returns one value for each class of each row, without the bias; good until the next call
   */
  multiply(values: Float32Array, starts: readonly number[]): Float32Array {
    for (const [n, at] of starts.entries())
      this.#rows.set(values.subarray(at, at + this.#width), (n * this.#rowStride) / FLOAT);
    this.#kernels.multiply!(
      this.#rows.byteOffset,
      this.#rowStride,
      starts.length,
      this.#weights.byteOffset,
      this.#classStride,
      this.#classes,
      this.#products.byteOffset,
    );
    return this.#products;
  }

  /**
   * Adds the rows of the last `multiply` to the gradient.
   *
   * @param slopes of the loss over the value of each class of each row
   */
  addGradient(slopes: Float32Array, rows: number): void {
    this.#slopes.set(slopes.subarray(0, rows * this.#classes));
    this.#kernels.addRows!(
      this.#rows.byteOffset,
      this.#rowStride,
      rows,
      this.#slopes.byteOffset,
      this.#classes,
      this.#gradient.byteOffset,
      this.#classStride,
    );
  }

  /** Writes the gradient, class by class as the weights of a head lie. */
  readGradient(out: Float32Array): void {
    for (let c = 0; c < this.#classes; c++) {
      const at = (c * this.#classStride) / FLOAT;
      out.set(this.#gradient.subarray(at, at + this.#width), c * this.#width);
    }
  }
}
