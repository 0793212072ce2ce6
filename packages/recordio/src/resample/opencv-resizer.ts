import { align, createMemory, instantiate, type Kernel, reserve } from "@sightline/foundation/wasm-kernel";
import bilinearProgram from "../kernels/assembly/bilinear.ts?wasm";
import { type LinearWeights, linearWeights, resizeOpenCvBilinear } from "./opencv-bilinear.js";
import { copyArea, type PixelArea, SOURCE_START } from "./pixel-area.js";

const SLACK = 64;

/**
 * {@link resizeOpenCvBilinear} for four bytes a pixel in WebAssembly SIMD, with the same bits. The source lies in
 * its own memory; one resizer is used by one thread at a time.
 */
export class OpenCvResizer {
  readonly #memory = createMemory();
  readonly #stretch: Kernel;
  readonly #blend: Kernel;
  #sourceBytes = 0;
  #sourceLength = 0;

  constructor() {
    const exports = instantiate(bilinearProgram, this.#memory);
    this.#stretch = exports.stretch!;
    this.#blend = exports.blend!;
  }

  /** Memory for a source image of `length` bytes; good until the next call of any method. */
  source(length: number): Buffer {
    this.#sourceLength = length;
    this.#sourceBytes = align(SOURCE_START + length + SLACK);
    reserve(this.#memory, this.#sourceBytes);
    return Buffer.from(this.#memory.buffer, SOURCE_START, length);
  }

  /** Resizes an area of the source to four bytes a pixel without gaps; good until the next call. */
  resize(area: PixelArea, width: number, height: number): Buffer {
    const offsets = this.#sourceBytes;
    const weights = align(offsets + width * 4);
    const rowBytes = align(width * 16 + SLACK);
    const rows = align(weights + width * 4);
    const target = rows + 2 * rowBytes;
    const length = width * height * 4;
    reserve(this.#memory, target + length + SLACK);
    const bytes = Buffer.from(this.#memory.buffer);
    const source = bytes.subarray(SOURCE_START, SOURCE_START + this.#sourceLength);
    const out = bytes.subarray(target, target + length);
    if (area.width === width && area.height === height) {
      copyArea(source, area, out);
    } else if (area.width === 2 * width && area.height === 2 * height) {
      resizeOpenCvBilinear(source, area, 4, out, width, height);
    } else {
      const columns = linearWeights(area.width, width, 4, "columns");
      this.#writeTables(columns, offsets, weights);
      this.#run(area, { offsets, weights, rows, rowBytes, target }, width, height);
    }
    return out;
  }

  #writeTables(columns: LinearWeights, offsets: number, weights: number): void {
    const words = new Int32Array(this.#memory.buffer);
    for (let x = 0; x < columns.first.length; x++) {
      words[offsets / 4 + x] = columns.first[x]!;
      words[weights / 4 + x] = columns.weight0[x]! | (columns.weight1[x]! << 16);
    }
  }

  #run(area: PixelArea, at: Layout, width: number, height: number): void {
    const lines = linearWeights(area.height, height, area.stride, "rows");
    let upper = at.rows;
    let lower = at.rows + at.rowBytes;
    let upperRow = -1;
    let lowerRow = -1;
    const stretch = (row: number, out: number) =>
      this.#stretch(SOURCE_START + area.offset + row, at.offsets, at.weights, out, width);
    for (let y = 0; y < height; y++) {
      const first = lines.first[y]!;
      const second = lines.second[y]!;
      if (lowerRow === first && upperRow !== first) {
        [upper, lower] = [lower, upper];
        [upperRow, lowerRow] = [lowerRow, upperRow];
      }
      if (upperRow !== first) stretch(first, upper);
      if (lowerRow !== second) stretch(second, lower);
      upperRow = first;
      lowerRow = second;
      this.#blend(upper, lower, at.target + y * width * 4, lines.weight0[y]!, lines.weight1[y]!, width);
    }
  }
}

interface Layout {
  readonly offsets: number;
  readonly weights: number;
  readonly rows: number;
  readonly rowBytes: number;
  readonly target: number;
}
