import type { DetectorTensor, ModelDescription } from "../../src/detectors/detector.js";

/** A tensor's shape; a name is a free axis. */
type Shape = readonly (number | string)[];

/** A description with one picture input and the named outputs. */
export function model(
  input: Shape,
  outputs: Readonly<Record<string, Shape>>,
  more: { metadata?: Record<string, string>; elemType?: string; extraInput?: string } = {},
): ModelDescription {
  const { metadata = {}, elemType = "float32", extraInput } = more;
  return {
    inputs: [
      { name: "images", elemType, shape: input },
      ...(extraInput ? [{ name: extraInput, elemType: "int64", shape: ["n", 2] }] : []),
    ],
    outputs: Object.entries(outputs).map(([name, shape]) => ({
      name,
      elemType: name === "labels" && shape.length < 3 ? "int64" : "float32",
      shape,
    })),
    metadata,
  };
}

/** A float tensor. */
export function tensor(dims: number[], values: readonly number[]): DetectorTensor {
  return { type: "float32", dims, data: Float32Array.from(values) };
}

/** Shape of a square picture input. */
export const square = (side: number) => [1, 3, side, side];
/** Metadata with 80 names. */
export const coco = { names: `{${Array.from({ length: 80 }, (_, i) => `${i}: 'c${i}'`).join(", ")}}` };
