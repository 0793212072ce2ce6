import { MalformedModelError } from "./errors.js";

/** `TensorProto.DataType` of onnx.proto: name -> [code, bits per element]. Strings have no fixed size. */
const TABLE = {
  float32: [1, 32],
  uint8: [2, 8],
  int8: [3, 8],
  uint16: [4, 16],
  int16: [5, 16],
  int32: [6, 32],
  int64: [7, 64],
  string: [8, 0],
  bool: [9, 8],
  float16: [10, 16],
  float64: [11, 64],
  uint32: [12, 32],
  uint64: [13, 64],
  complex64: [14, 64],
  complex128: [15, 128],
  bfloat16: [16, 16],
  float8e4m3fn: [17, 8],
  float8e4m3fnuz: [18, 8],
  float8e5m2: [19, 8],
  float8e5m2fnuz: [20, 8],
  uint4: [21, 4],
  int4: [22, 4],
  float4e2m1: [23, 4],
  float8e8m0: [24, 8],
  uint2: [25, 2],
  int2: [26, 2],
} as const satisfies Record<string, readonly [code: number, bits: number]>;

/** Element type of a tensor, by the name NumPy gives it. `undefined` is `UNDEFINED` (0): the file does not say. */
export type ElemType = keyof typeof TABLE | "undefined";

const NAMES = new Map<number, ElemType>([[0, "undefined"]]);
for (const [name, [code]] of Object.entries(TABLE)) NAMES.set(code, name as ElemType);

/** The number that stands for `type` in a file. */
export function elemTypeCode(type: ElemType): number {
  return type === "undefined" ? 0 : TABLE[type][0];
}

/** The name for a file's number. Throws `MalformedModelError` for a number that ONNX does not define. */
export function elemTypeName(code: number): ElemType {
  const name = NAMES.get(code);
  if (name === undefined) {
    throw new MalformedModelError(
      `Tensor element type ${code} is not one that ONNX defines (0 to 26). The file is damaged or newer than this reader.`,
    );
  }
  return name;
}

/** Bytes that `count` elements take as raw little-endian data; 4- and 2-bit elements are packed. 0 for strings. */
export function elemByteLength(type: ElemType, count: number): number {
  return type === "undefined" ? 0 : Math.ceil((TABLE[type][1] * count) / 8);
}
