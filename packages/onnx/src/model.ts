import type { ElemType } from "./elem-type.js";

/** A dimension: a number, the name of a symbolic one (`"N"`), or `"?"` when the file gives neither. */
export type Dimension = number | string;

/** Encoded protobuf fields that this package does not model; kept as they are so that a rewrite loses nothing. */
export type OpaqueFields = readonly Uint8Array[];

/** What keeps the fields that this package does not model. */
export interface Preserved {
  /** Fields that this package does not model. */
  readonly opaque?: OpaqueFields;
}

/** A constant tensor. */
export interface OnnxTensor extends Preserved {
  /** Name by which operators take it. */
  readonly name: string;
  /** Type of its elements. */
  readonly elemType: ElemType;
  /** Sizes, outermost first; `[]` is a scalar. */
  readonly dims: readonly number[];
  /** Elements as raw little-endian bytes, row-major; empty for strings and for external data. */
  readonly data: Uint8Array;
  /** Elements of a `string` tensor, each as bytes. */
  readonly strings?: readonly Uint8Array[];
  /** Where the data lies when it is not in the file: `location`, `offset`, `length`. */
  readonly external?: Readonly<Record<string, string>>;
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
  | {
      readonly type: "opaque";
      /** `AttributeProto.AttributeType` of onnx.proto that is none of the others. */
      readonly typeCode: number;
    };

/** A node's attribute. */
export type OnnxAttribute = AttributeValue &
  Preserved & {
    /** Name that the operator gives it, such as "kernel_shape". */
    readonly name: string;
  };

/** One operator of a graph. An empty input name is an optional input that is left out. */
export interface OnnxNode extends Preserved {
  /** Label for people; may be empty. */
  readonly name: string;
  /** Operator, such as "Conv". */
  readonly opType: string;
  /** Operator set; `""` is ONNX's own. */
  readonly domain: string;
  /** Names of the values it takes, in the operator's order. */
  readonly inputs: readonly string[];
  /** Names of the values it makes, in the operator's order; an empty one is not wanted. */
  readonly outputs: readonly string[];
  /** Its constants. */
  readonly attributes: readonly OnnxAttribute[];
}

/** An input, output or inner value of a graph with its type. */
export interface OnnxValue extends Preserved {
  /** Name by which it is fed or asked for. */
  readonly name: string;
  /** `undefined` for what is not a tensor (sequence, map, optional) and for an untyped value. */
  readonly elemType: ElemType;
  /** Empty for a scalar, and where `rankUnknown` is set. */
  readonly shape: readonly Dimension[];
  /** True when the file gives no shape at all. */
  readonly rankUnknown?: boolean;
}

/** A graph: operators in the order in which they run. */
export interface OnnxGraph extends Preserved {
  /** Label for people. */
  readonly name: string;
  /** Operators, each behind those whose outputs it takes. */
  readonly nodes: readonly OnnxNode[];
  /** Constant tensors, the weights among them. */
  readonly initializers: readonly OnnxTensor[];
  /** Inputs as the file lists them; files of IR version 3 list initializers here as well. */
  readonly inputs: readonly OnnxValue[];
  /** What the graph gives. */
  readonly outputs: readonly OnnxValue[];
  /** Types of inner values, where the file gives them. */
  readonly values: readonly OnnxValue[];
}

/** A whole model file. */
export interface OnnxModel extends Preserved {
  /** Version of the file format (IR), 3 and above. */
  readonly irVersion: number;
  /** Operator set versions by domain; `""` is ONNX's own. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Program that wrote the file; may be empty. */
  readonly producerName: string;
  /** Its version; may be empty. */
  readonly producerVersion: string;
  /** The operators and weights. */
  readonly graph: OnnxGraph;
  /** `metadata_props`: free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}
