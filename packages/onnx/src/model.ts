import type { ElemType } from "./elem-type.js";

/** A dimension: a number, the name of a symbolic one (`"N"`), or `"?"` when the file gives neither. */
export type Dimension = number | string;

/** Encoded protobuf fields that this package does not model; kept as they are so that a rewrite loses nothing. */
export type OpaqueFields = readonly Uint8Array[];

/** A constant tensor. */
export interface OnnxTensor {
  readonly name: string;
  readonly elemType: ElemType;
  /** Sizes, outermost first; `[]` is a scalar. */
  readonly dims: readonly number[];
  /** Elements as raw little-endian bytes, row-major; empty for strings and for external data. */
  readonly data: Uint8Array;
  /** Elements of a `string` tensor, each as bytes. */
  readonly strings?: readonly Uint8Array[];
  /** Where the data lies when it is not in the file: `location`, `offset`, `length`. */
  readonly external?: Readonly<Record<string, string>>;
  readonly opaque?: OpaqueFields;
}

/** Value of a node's attribute, tagged with its ONNX type. */
export type AttributeValue =
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "int"; readonly value: number | bigint }
  | { readonly type: "string"; readonly value: string | Uint8Array }
  | { readonly type: "tensor"; readonly value: OnnxTensor }
  | { readonly type: "graph"; readonly value: OnnxGraph }
  | { readonly type: "floats"; readonly value: readonly number[] }
  | { readonly type: "ints"; readonly value: readonly (number | bigint)[] }
  | { readonly type: "strings"; readonly value: readonly (string | Uint8Array)[] }
  | { readonly type: "tensors"; readonly value: readonly OnnxTensor[] }
  | { readonly type: "graphs"; readonly value: readonly OnnxGraph[] }
  | { readonly type: "opaque"; readonly typeCode: number };

/** A node's attribute. */
export type OnnxAttribute = AttributeValue & { readonly name: string; readonly opaque?: OpaqueFields };

/** One operator of a graph. An empty input name is an optional input that is left out. */
export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  /** Operator set; `""` is ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
  readonly opaque?: OpaqueFields;
}

/** An input, output or inner value of a graph with its type. */
export interface OnnxValue {
  readonly name: string;
  /** `undefined` for what is not a tensor (sequence, map, optional) and for an untyped value. */
  readonly elemType: ElemType;
  /** Empty for a scalar, and where `rankUnknown` is set. */
  readonly shape: readonly Dimension[];
  /** True when the file gives no shape at all. */
  readonly rankUnknown?: boolean;
  readonly opaque?: OpaqueFields;
}

/** A graph: operators in the order in which they run. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  /** Inputs as the file lists them; files of IR version 3 list initializers here as well. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Types of inner values, where the file gives them. */
  readonly values: readonly OnnxValue[];
  readonly opaque?: OpaqueFields;
}

/** A whole model file. */
export interface OnnxModel {
  readonly irVersion: number;
  /** Operator set versions by domain; `""` is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly graph: OnnxGraph;
  /** `metadata_props`: free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly opaque?: OpaqueFields;
}
