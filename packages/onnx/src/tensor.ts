import { type ElemType, elemByteLength } from "./elem-type.js";
import { InvalidGraphError } from "./errors.js";
import { float16ToNumber, numberToFloat16 } from "./float16.js";
import type { OnnxTensor } from "./model.js";

/** Arrays that carry their element type with them. Raw float16 data is a `Uint16Array` with `elemType` "float16". */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** What may be given as a tensor's elements: a typed array, or plain numbers together with an element type. */
export type TensorElements = TensorData | readonly (number | bigint)[] | readonly string[];

const BY_ARRAY = new Map<unknown, ElemType>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int8Array, "int8"],
  [Int16Array, "int16"],
  [Int32Array, "int32"],
  [BigInt64Array, "int64"],
  [Uint8Array, "uint8"],
  [Uint16Array, "uint16"],
  [Uint32Array, "uint32"],
  [BigUint64Array, "uint64"],
]);

/**
 * Makes a constant tensor.
 *
 * @param dims sizes, outermost first; `[]` is a scalar.
 * @param elements a typed array (its kind gives the element type) or plain numbers or strings.
 * @param elemType needed for plain numbers (default "float32") and to read a `Uint16Array` as "float16" or
 *   "bfloat16" bits, or a `Uint8Array` as raw bytes of another type.
 * @throws InvalidGraphError when the number of elements does not fit `dims`, or a plain number its integer type.
 */
export function tensor(
  name: string,
  dims: readonly number[],
  elements: TensorElements,
  elemType?: ElemType,
): OnnxTensor {
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    throw new InvalidGraphError(
      `Tensor "${name}" has dimensions [${dims.join(", ")}]; each must be 0 or a larger integer.`,
    );
  }
  if (typeof elements[0] === "string") {
    const strings = (elements as readonly string[]).map((text) => new TextEncoder().encode(text));
    checkCount(name, dims, count, strings.length);
    return { name, elemType: "string", dims, data: new Uint8Array(0), strings };
  }
  if (!ArrayBuffer.isView(elements)) {
    const type = elemType ?? "float32";
    checkCount(name, dims, count, elements.length);
    checkIntegers(name, type, elements as readonly (number | bigint)[]);
    return {
      name,
      elemType: type,
      dims,
      data: encodeElements(type, elements as readonly (number | bigint)[]),
    };
  }
  const own =
    BY_ARRAY.get(Object.getPrototypeOf(elements).constructor) ??
    (elements instanceof Uint8Array ? "uint8" : "undefined");
  const type = elemType ?? own;
  const data = new Uint8Array(
    elements.buffer as ArrayBuffer,
    elements.byteOffset,
    elements.byteLength,
  ).slice();
  if (data.byteLength !== elemByteLength(type, count)) {
    throw new InvalidGraphError(
      `Tensor "${name}" (${type}, [${dims.join(", ")}]) needs ${elemByteLength(type, count)} bytes, but ${data.byteLength} were given.`,
    );
  }
  return { name, elemType: type, dims, data };
}

function checkCount(name: string, dims: readonly number[], wanted: number, given: number): void {
  if (wanted !== given) {
    throw new InvalidGraphError(
      `Tensor "${name}" [${dims.join(", ")}] needs ${wanted} elements, but ${given} were given.`,
    );
  }
}

/** A plain number beyond its type would wrap round, and a fraction be cut off, without a word. */
function checkIntegers(name: string, type: ElemType, elements: readonly (number | bigint)[]): void {
  const [, unsigned, bits] = /^(u?)int(8|16|32|64)$/.exec(type) ?? [];
  if (bits === undefined) return;
  const span = 1n << BigInt(bits);
  const [least, most] = unsigned ? [0n, span - 1n] : [-span / 2n, span / 2n - 1n];
  for (const value of elements) {
    const whole = typeof value === "bigint" || Number.isInteger(value);
    if (whole && value >= least && value <= most) continue;
    throw new InvalidGraphError(
      `Tensor "${name}" of ${type} cannot hold ${value}; give whole numbers from ${least} to ${most}.`,
    );
  }
}

/**
 * Elements of a tensor as numbers. 64-bit integers lose exactness above 2^53.
 *
 * @throws InvalidGraphError for strings, complex numbers, 8-bit floats, packed 2- and 4-bit integers, and data outside the file.
 */
export function tensorNumbers(source: OnnxTensor): Float64Array {
  const { data, elemType, name } = source;
  if (source.external) {
    throw new InvalidGraphError(
      `Tensor "${name}" lies in another file (${source.external.location ?? "unnamed"}).`,
    );
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read = READERS[elemType];
  if (!read) throw new InvalidGraphError(`Tensor "${name}" of ${elemType} cannot be read as numbers.`);
  const size = elemByteLength(elemType, 1);
  return Float64Array.from({ length: data.byteLength / size }, (_, i) => read(view, i * size));
}

const READERS: Partial<Record<ElemType, (view: DataView, at: number) => number>> = {
  float32: (view, at) => view.getFloat32(at, true),
  float64: (view, at) => view.getFloat64(at, true),
  float16: (view, at) => float16ToNumber(view.getUint16(at, true)),
  bfloat16: (view, at) => bfloat16ToNumber(view.getUint16(at, true)),
  int8: (view, at) => view.getInt8(at),
  int16: (view, at) => view.getInt16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint8: (view, at) => view.getUint8(at),
  uint16: (view, at) => view.getUint16(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  bool: (view, at) => view.getUint8(at),
};

type Writer = (view: DataView, at: number, value: number | bigint) => void;

const WRITERS: Partial<Record<ElemType, Writer>> = {
  float32: (view, at, value) => view.setFloat32(at, Number(value), true),
  float64: (view, at, value) => view.setFloat64(at, Number(value), true),
  float16: (view, at, value) => view.setUint16(at, numberToFloat16(Number(value)), true),
  bfloat16: (view, at, value) => view.setUint16(at, numberToBfloat16(Number(value)), true),
  int8: (view, at, value) => view.setInt8(at, Number(value)),
  int16: (view, at, value) => view.setInt16(at, Number(value), true),
  int32: (view, at, value) => view.setInt32(at, Number(value), true),
  int64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  uint8: (view, at, value) => view.setUint8(at, Number(value)),
  uint16: (view, at, value) => view.setUint16(at, Number(value), true),
  uint32: (view, at, value) => view.setUint32(at, Number(value), true),
  uint64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  bool: (view, at, value) => view.setUint8(at, Number(value) ? 1 : 0),
  // Real and imaginary parts follow each other in the list.
  complex64: (view, at, value) => view.setFloat32(at, Number(value), true),
  complex128: (view, at, value) => view.setFloat64(at, Number(value), true),
};

const rawBits16: Writer = (view, at, value) => view.setUint16(at, Number(value), true);
const rawBits8: Writer = (view, at, value) => view.setUint8(at, Number(value));

/**
 * Numbers as the raw little-endian bytes of an element type.
 *
 * `bitsAsStored`: 16-bit and smaller floats and packed small integers are given as their bit patterns, as
 * `int32_data` of a file holds them.
 */
export function encodeElements(
  elemType: ElemType,
  values: readonly (number | bigint)[],
  options: { readonly bitsAsStored?: boolean } = {},
): Uint8Array {
  const size = elemType.startsWith("complex")
    ? elemByteLength(elemType, 1) / 2
    : Math.max(1, elemByteLength(elemType, 1));
  const bits = elemByteLength(elemType, 8) <= 8 && !WRITERS[elemType] ? rawBits8 : undefined;
  const stored16 = elemType === "float16" || elemType === "bfloat16" ? rawBits16 : undefined;
  const write = options.bitsAsStored ? (stored16 ?? WRITERS[elemType] ?? bits) : WRITERS[elemType];
  if (!write) {
    if (values.length === 0) return new Uint8Array(0);
    throw new InvalidGraphError(
      `Elements of ${elemType} must be given as raw bytes in a Uint8Array, not as numbers.`,
    );
  }
  const data = new Uint8Array(values.length * size);
  const view = new DataView(data.buffer);
  for (let i = 0; i < values.length; i++) write(view, i * size, values[i]!);
  return data;
}

const scratch = new DataView(new ArrayBuffer(4));

function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

function numberToBfloat16(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  if (Number.isNaN(value)) return 0x7fc0;
  // Round to nearest, ties to even.
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}
