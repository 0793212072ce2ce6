import type { AttributeValue, OnnxAttribute, OnnxTensor } from "./model.js";

/**
 * A node's attribute as it is given to the builder. A whole number (or an array of them) becomes an ONNX int, any
 * other number a float; where ONNX wants a float and the value is whole, say `float(1)` or `floats([1, 2])`.
 */
export type AttributeInput =
  | number
  | bigint
  | string
  | readonly number[]
  | readonly bigint[]
  | readonly string[]
  | OnnxTensor
  | AttributeValue;

/** Marks an attribute as a float: `{ epsilon: float(1) }`. */
export function float(value: number): AttributeValue {
  return { type: "float", value };
}

/** Marks an attribute as a list of floats: `{ scales: floats([1, 2]) }`. */
export function floats(value: readonly number[]): AttributeValue {
  return { type: "floats", value };
}

/** The attribute that is meant. */
export function attribute(name: string, value: AttributeInput): OnnxAttribute {
  return { name, ...attributeValue(value) };
}

function attributeValue(value: AttributeInput): AttributeValue {
  if (typeof value === "bigint") return { type: "int", value };
  if (typeof value === "number")
    return Number.isInteger(value) ? { type: "int", value } : { type: "float", value };
  if (typeof value === "string") return { type: "string", value };
  if (isList(value)) {
    if (value.every((item) => typeof item === "string")) {
      // An empty list of anything is written as ints, the most common case in ONNX.
      return value.length ? { type: "strings", value } : { type: "ints", value: [] };
    }
    const whole = value.every((item) => typeof item === "bigint" || Number.isInteger(item));
    return whole
      ? { type: "ints", value: value as readonly (number | bigint)[] }
      : { type: "floats", value: value as readonly number[] };
  }
  return "elemType" in value ? { type: "tensor", value } : value;
}

function isList(value: AttributeInput): value is readonly number[] | readonly bigint[] | readonly string[] {
  return Array.isArray(value);
}
