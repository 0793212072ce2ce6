import { numberToFloat16 } from "@sightline/onnx";
import type { InputData, InputSpec } from "./input-spec.js";

/**
 * An array of the right type and length for `batch` frames.
 *
 * @param batch From 1. Default 1.
 * @example
 * allocateInput(planDetector(description).input).length; // 1228800 for 3 x 640 x 640
 */
export function allocateInput(spec: InputSpec, batch = 1): InputData {
  const length = batch * 3 * spec.width * spec.height;
  if (spec.dtype === "float32") return new Float32Array(length);
  if (spec.dtype === "float16") return new Uint16Array(length);
  return spec.dtype === "uint8" ? new Uint8Array(length) : new Int8Array(length);
}

/**
 * Turns one fitted frame (rgb24, `width * height * 3` bytes, padding included) into the model's tensor:
 * channel order, `(pixel * scale - mean) / std`, axis order and element type.
 *
 * @param target From `allocateInput`; written at frame `batchIndex`, the rest is left alone.
 * @throws RangeError when either array has the wrong length for the input.
 * @example
 * const target = allocateInput(detector.input);
 * packFrame(rgb24, detector.input, target); // `target` now holds the tensor's elements
 */
export function packFrame(rgb24: Uint8Array, spec: InputSpec, target: InputData, batchIndex = 0): void {
  const plane = spec.width * spec.height;
  if (rgb24.length !== plane * 3) {
    throw new RangeError(
      `A frame of ${spec.width}x${spec.height} rgb24 has ${plane * 3} bytes, but ${rgb24.length} were given.`,
    );
  }
  const base = batchIndex * plane * 3;
  if (base + plane * 3 > target.length) {
    throw new RangeError(`Frame ${batchIndex} does not fit an input tensor of ${target.length} elements.`);
  }
  const tables = tablesFor(spec);
  const order = spec.channels === "RGB" ? [0, 1, 2] : [2, 1, 0];
  if (spec.layout === "NHWC") {
    packInterleaved(rgb24, tables, order, target, base);
    return;
  }
  // The three planes in one pass over the pixels: each byte is read once.
  const [first, second, third] = tables as [InputData, InputData, InputData];
  const a = order[0]!;
  const c = order[2]!;
  let p0 = base;
  let p1 = base + plane;
  let p2 = base + 2 * plane;
  for (let i = 0; i < rgb24.length; i += 3) {
    target[p0++] = first[rgb24[i + a]!]!;
    target[p1++] = second[rgb24[i + 1]!]!;
    target[p2++] = third[rgb24[i + c]!]!;
  }
}

function packInterleaved(
  rgb24: Uint8Array,
  tables: readonly InputData[],
  order: readonly number[],
  target: InputData,
  base: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    const table = tables[channel]!;
    for (let from = order[channel]!, to = base + channel; from < rgb24.length; from += 3, to += 3) {
      target[to] = table[rgb24[from]!]!;
    }
  }
}

const tableCache = new WeakMap<InputSpec, readonly InputData[]>();

/** For each tensor channel, the 256 elements that a byte becomes. */
function tablesFor(spec: InputSpec): readonly InputData[] {
  const cached = tableCache.get(spec);
  if (cached) return cached;
  const tables = [0, 1, 2].map((channel) => {
    const values = Float32Array.from({ length: 256 }, (_, byte) => {
      return (byte * spec.scale - spec.mean[channel]!) / spec.std[channel]!;
    });
    if (spec.dtype === "float32") return values;
    if (spec.dtype === "float16") return Uint16Array.from(values, numberToFloat16);
    if (spec.dtype === "uint8") return Uint8ClampedArray.from(values) as unknown as Uint8Array;
    return Int8Array.from(values, (value) => Math.max(-128, Math.min(127, Math.round(value))));
  });
  tableCache.set(spec, tables);
  return tables;
}
