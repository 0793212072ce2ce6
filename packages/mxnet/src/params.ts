import { MalformedMxnetError } from "./errors.js";

/** Element types of NDArrays that are read, by MXNet's number (mshadow's TypeFlag). */
const TYPES = {
  0: { name: "float32", bytes: 4 },
  1: { name: "float64", bytes: 8 },
  2: { name: "float16", bytes: 2 },
  3: { name: "uint8", bytes: 1 },
  4: { name: "int32", bytes: 4 },
  5: { name: "int8", bytes: 1 },
  6: { name: "int64", bytes: 8 },
} as const;

/** Element type of an {@link NDArray}. */
export type NDArrayType = (typeof TYPES)[keyof typeof TYPES]["name"];

/** A dense array of a `.params` file. */
export interface NDArray {
  /** Type of its elements. */
  readonly type: NDArrayType;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
  /** Elements as little-endian bytes, row-major; a view of the file's bytes. */
  readonly data: Uint8Array;
}

/** The arrays of a `.params` file. */
export interface Params {
  /** Learnt weights by name (`arg:`). */
  readonly args: ReadonlyMap<string, NDArray>;
  /** Auxiliary states by name (`aux:`), such as BatchNorm's moving mean. */
  readonly aux: ReadonlyMap<string, NDArray>;
}

/** `kMXAPINDArrayListMagic` of ndarray.cc. */
const LIST_MAGIC = 0x112n;
/** `NDARRAY_V1_MAGIC`, `V2` and `V3` of ndarray.cc; before them the first word was the number of dimensions. */
const V1 = 0xf993fac8;
const V2 = 0xf993fac9;
const V3 = 0xf993faca;
/** Arrays of one file: protects memory from a wrong count. The deepest built-in net has 1,300. */
const MOST_ARRAYS = 100_000;
/** Dimensions of one array: MXNet's operators use up to six. */
const MOST_DIMENSIONS = 32;
/** Bytes of a name: protects the decoder from a wrong length. */
const MOST_NAME_BYTES = 4096;

/**
 * Reads a `.params` file: a list of named NDArrays as MXNet 1.x writes it, in every version of the format.
 * Arrays are views into `bytes`, not copies. Format: src/ndarray/ndarray.cc of MXNet, `NDArray::Load`.
 *
 * @throws {MalformedMxnetError} when the bytes are none, are cut short, or a length in them makes no sense
 * @example
 * ```ts
 * const { args } = readParams(await readFile("image-classification-0005.params"));
 * console.log(args.get("conv0_weight")?.shape); // [64, 3, 7, 7]
 * ```
 */
export function readParams(bytes: Uint8Array): Params {
  const reader = new Reader(bytes);
  if (reader.u64("list header") !== LIST_MAGIC) {
    throw new MalformedMxnetError(
      "This is no .params file of MXNet: its first eight bytes are not those of a list of arrays.",
    );
  }
  reader.u64("reserved field");
  const count = reader.count("number of arrays", MOST_ARRAYS);
  const arrays: NDArray[] = [];
  for (let n = 0; n < count; n++) arrays.push(readArray(reader, n));
  const names = reader.count("number of names", MOST_ARRAYS);
  if (names !== count) {
    throw new MalformedMxnetError(
      `The .params file has ${count} arrays but ${names} names; it must name each.`,
    );
  }
  const params = { args: new Map<string, NDArray>(), aux: new Map<string, NDArray>() };
  for (const array of arrays) {
    const name = reader.text();
    const [, kind, rest] = /^(arg|aux):(.+)$/s.exec(name) ?? [];
    // Gluon's save_parameters writes bare names; export writes prefixed ones.
    if (kind === undefined) params.args.set(name, array);
    else (kind === "arg" ? params.args : params.aux).set(rest!, array);
  }
  return params;
}

function readArray(reader: Reader, index: number): NDArray {
  const what = `array ${index}`;
  const first = reader.u32(what);
  let shape: number[];
  if (first === V2 || first === V3) {
    const storage = reader.i32(`storage type of ${what}`);
    // A dense array is 0; row-sparse 1 and csr 2 come from training embeddings.
    if (storage !== 0) {
      throw new MalformedMxnetError(
        `Array ${index} of the .params file is sparse (storage type ${storage}); only dense ones are read.`,
      );
    }
    shape = reader.shape(what, reader.i32(`dimensions of ${what}`), 8);
  } else if (first === V1) {
    shape = reader.shape(what, reader.i32(`dimensions of ${what}`), 8);
  } else {
    shape = reader.shape(what, first, 4);
  }
  // An array without dimensions was never given a value: nothing follows.
  if (shape.length === 0 && first !== V3) return { type: "float32", shape, data: new Uint8Array(0) };
  reader.u32(`device type of ${what}`);
  reader.u32(`device of ${what}`);
  const code = reader.i32(`element type of ${what}`);
  const type = TYPES[code as keyof typeof TYPES];
  if (type === undefined) {
    throw new MalformedMxnetError(
      `Array ${index} of the .params file has element type ${code}; known are 0 to 6.`,
    );
  }
  const elements = shape.reduce((product, size) => product * size, 1);
  return { type: type.name, shape, data: reader.take(elements * type.bytes, what) };
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  take(length: number, what: string): Uint8Array {
    const left = this.#bytes.length - this.#at;
    if (!(length <= left)) {
      throw new MalformedMxnetError(
        `The .params file is cut short at byte ${this.#at}: ${what} wants ${length} bytes, and ${left} are left.`,
      );
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  u32(what: string): number {
    this.take(4, what);
    return this.#view.getUint32(this.#at - 4, true);
  }

  i32(what: string): number {
    this.take(4, what);
    return this.#view.getInt32(this.#at - 4, true);
  }

  u64(what: string): bigint {
    this.take(8, what);
    return this.#view.getBigUint64(this.#at - 8, true);
  }

  count(what: string, most: number): number {
    const value = this.u64(what);
    if (value > BigInt(most)) {
      throw new MalformedMxnetError(
        `The .params file gives ${value} as its ${what}; at most ${most} make sense.`,
      );
    }
    return Number(value);
  }

  shape(what: string, dimensions: number, bytes: 4 | 8): number[] {
    if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
      throw new MalformedMxnetError(
        `The .params file gives ${what} ${dimensions} dimensions; 0 to ${MOST_DIMENSIONS} make sense.`,
      );
    }
    return Array.from({ length: dimensions }, () => {
      const size = bytes === 4 ? BigInt(this.u32(`shape of ${what}`)) : this.u64(`shape of ${what}`);
      // More than the file holds is refused here, where the product cannot overflow yet.
      if (size > BigInt(this.#bytes.length)) {
        throw new MalformedMxnetError(
          `The .params file gives ${what} a side of ${size}, more than the file has bytes.`,
        );
      }
      return Number(size);
    });
  }

  text(): string {
    const length = this.count("length of a name", MOST_NAME_BYTES);
    return new TextDecoder().decode(this.take(length, "a name"));
  }
}
