import { align, createMemory, instantiate, type Kernel, reserve } from "@sightline/foundation/wasm-kernel";
import jpegProgram from "../kernels/assembly/jpeg.ts?wasm";

/** The functions of `kernels/assembly/jpeg.ts`. */
export interface JpegKernels {
  readonly buildTable: Kernel;
  readonly unstuff: Kernel;
  readonly decodeBaseline: Kernel;
  readonly decodeProgressive: Kernel;
  readonly interleave: Kernel;
}

// Where things lie in the memory of a JPEG reader, in bytes; the sizes are those that the kernels ask for.

export const RESULT = 16;
/** Where each coefficient belongs in its block; 80 entries. */
export const ORDER = 64;
export const COMPONENTS = 256;
export const BLOCK = 512;
/** Four quantization tables in the order of the file, 80 entries of 16 bits each. */
const FACTORS = 2048;
const FACTORS_BYTES = 160;
/** Four DC tables, then four AC tables. */
const TABLES = 4096;
const TABLE_BYTES = 12_684;
const TABLE_SPEC = TABLES + 8 * TABLE_BYTES + 96;
const FILE = 114_688;
/** Zeros behind a scan's bits, and room for reads past an end. */
const PADDING = 4096 + 64;

/** ITU T.81 figure A.6: places of the coefficients in zigzag order. */
const ZIGZAG = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6],
  ...[7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31],
  ...[39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
  // Behind the block: where a damaged file's go.
  ...[64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79],
);

/** WebAssembly memory with a JPEG file in it, its tables, and room for what is made of it. */
export class JpegMemory {
  readonly kernels: JpegKernels;
  readonly #memory = createMemory();
  readonly #made = new Map<string, Buffer>();
  #end = 0;
  #length = 0;

  constructor() {
    this.kernels = instantiate(jpegProgram, this.#memory) as unknown as JpegKernels;
    reserve(this.#memory, FILE);
    this.bytes.set(ZIGZAG, ORDER);
  }

  /** All of the memory; good until the next {@link take} or {@link load}. */
  get bytes(): Buffer {
    return Buffer.from(this.#memory.buffer);
  }

  /** The same as words; of the first 48 kB, for instance {@link RESULT}. */
  get words(): Int32Array {
    return new Int32Array(this.#memory.buffer);
  }

  /** Puts a file in. */
  load(file: Uint8Array): void {
    this.#length = file.length;
    const bits = align(FILE + file.length + 64);
    this.#end = align(bits + file.length + PADDING);
    reserve(this.#memory, this.#end);
    this.bytes.set(file, FILE);
  }

  /** Address of a place in the file. */
  addressOf(offset: number): number {
    return FILE + offset;
  }

  /** Place in the file of an address. */
  offsetOf(address: number): number {
    return address - FILE;
  }

  /** Where a scan's bits are put. */
  get bits(): number {
    return align(FILE + this.#length + 64);
  }

  /** Address of more room, of `length` bytes, with anything in it. */
  take(length: number): number {
    const start = this.#end;
    this.#end = align(start + length + 64);
    reserve(this.#memory, this.#end);
    return start;
  }

  /** Address of quantization table 0 to 3. */
  factors(table: number): number {
    return FACTORS + table * FACTORS_BYTES;
  }

  /** Address of Huffman table 0 to 3, of DC or AC coefficients. */
  table(kind: "dc" | "ac", number: number): number {
    return TABLES + (kind === "dc" ? number : 4 + number) * TABLE_BYTES;
  }

  /** Makes a Huffman table of a DHT segment's 16 counts and its values. @returns whether they are one */
  makeTable(kind: "dc" | "ac", number: number, spec: Uint8Array): boolean {
    // Most photos of a set have the same tables.
    const key = `${kind}${number}`;
    if (this.#made.get(key)?.equals(spec)) return true;
    this.#made.set(key, Buffer.from(spec));
    this.bytes.fill(0, TABLE_SPEC, TABLE_SPEC + 272).set(spec, TABLE_SPEC);
    if (this.kernels.buildTable(TABLE_SPEC, this.table(kind, number)) === 1) return true;
    this.#made.delete(key);
    return false;
  }
}
