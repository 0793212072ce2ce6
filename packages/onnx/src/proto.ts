import protobuf from "protobufjs/light.js";
import { MalformedModelError } from "./errors.js";

// Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). What is not
// listed (functions, training info, quantization annotations, device configurations, documentation
// strings, sparse tensors) stays encoded in `$unknowns`, which the encoder writes back unchanged.
const one = (type: string, id: number) => ({ type, id });
const many = (type: string, id: number) => ({ rule: "repeated", type, id });
const packed = (type: string, id: number) => ({ rule: "repeated", type, id, options: { packed: true } });

const ENTRY = { fields: { key: one("string", 1), value: one("string", 2) } };
const DIMENSION = { fields: { dimValue: one("int64", 1), dimParam: one("string", 2) } };
const OPSET = { fields: { domain: one("string", 1), version: one("int64", 2) } };

const root = protobuf.Root.fromJSON({
  nested: {
    Entry: ENTRY,
    Dimension: DIMENSION,
    Opset: OPSET,
    Shape: { fields: { dim: many("Dimension", 1) } },
    TensorType: { fields: { elemType: one("int32", 1), shape: one("Shape", 2) } },
    ValueType: { fields: { tensorType: one("TensorType", 1) } },
    Value: { fields: { name: one("string", 1), type: one("ValueType", 2) } },
    Tensor: {
      fields: {
        dims: many("int64", 1),
        dataType: one("int32", 2),
        floatData: packed("float", 4),
        int32Data: packed("int32", 5),
        stringData: many("bytes", 6),
        int64Data: packed("int64", 7),
        name: one("string", 8),
        rawData: one("bytes", 9),
        doubleData: packed("double", 10),
        uint64Data: packed("uint64", 11),
        externalData: many("Entry", 13),
        dataLocation: one("int32", 14),
      },
    },
    Attribute: {
      fields: {
        name: one("string", 1),
        f: one("float", 2),
        i: one("int64", 3),
        s: one("bytes", 4),
        t: one("Tensor", 5),
        g: one("Graph", 6),
        floats: many("float", 7),
        ints: many("int64", 8),
        strings: many("bytes", 9),
        tensors: many("Tensor", 10),
        graphs: many("Graph", 11),
        type: one("int32", 20),
      },
    },
    Node: {
      fields: {
        input: many("string", 1),
        output: many("string", 2),
        name: one("string", 3),
        opType: one("string", 4),
        attribute: many("Attribute", 5),
        domain: one("string", 7),
      },
    },
    Graph: {
      fields: {
        node: many("Node", 1),
        name: one("string", 2),
        initializer: many("Tensor", 5),
        input: many("Value", 11),
        output: many("Value", 12),
        valueInfo: many("Value", 13),
      },
    },
    Model: {
      fields: {
        irVersion: one("int64", 1),
        producerName: one("string", 2),
        producerVersion: one("string", 3),
        graph: one("Graph", 7),
        opsetImport: many("Opset", 8),
        metadataProps: many("Entry", 14),
      },
    },
    // The same wire format with the heavy parts left out: a reader of these skips nodes and weights.
    TensorName: { fields: { name: one("string", 8) } },
    GraphSummary: {
      fields: {
        initializer: many("TensorName", 5),
        input: many("Value", 11),
        output: many("Value", 12),
      },
    },
    ModelSummary: {
      fields: {
        irVersion: one("int64", 1),
        graph: one("GraphSummary", 7),
        opsetImport: many("Opset", 8),
        metadataProps: many("Entry", 14),
      },
    },
    MetadataOnly: { fields: { metadataProps: many("Entry", 14) } },
  },
});

/** A 64-bit integer as protobufjs hands it over and takes it. */
export interface WireLong {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

interface WithUnknowns {
  $unknowns?: Uint8Array[];
}
export interface WireEntry {
  key?: string;
  value?: string;
}
export interface WireDimension {
  dimValue?: WireLong | number | null;
  dimParam?: string | null;
}
export interface WireValue extends WithUnknowns {
  name?: string;
  type?: WithUnknowns & {
    tensorType?: { elemType?: number; shape?: { dim?: WireDimension[] } | null } | null;
  };
}
export interface WireTensor extends WithUnknowns {
  dims?: (WireLong | number)[];
  dataType?: number;
  floatData?: number[];
  int32Data?: number[];
  stringData?: Uint8Array[];
  int64Data?: WireLong[];
  name?: string;
  rawData?: Uint8Array;
  doubleData?: number[];
  uint64Data?: WireLong[];
  externalData?: WireEntry[];
  dataLocation?: number;
}
export interface WireAttribute extends WithUnknowns {
  name?: string;
  f?: number;
  i?: WireLong;
  s?: Uint8Array;
  t?: WireTensor;
  g?: WireGraph;
  floats?: number[];
  ints?: WireLong[];
  strings?: Uint8Array[];
  tensors?: WireTensor[];
  graphs?: WireGraph[];
  type?: number;
}
export interface WireNode extends WithUnknowns {
  input?: string[];
  output?: string[];
  name?: string;
  opType?: string;
  attribute?: WireAttribute[];
  domain?: string;
}
export interface WireGraph extends WithUnknowns {
  node?: WireNode[];
  name?: string;
  initializer?: WireTensor[];
  input?: WireValue[];
  output?: WireValue[];
  valueInfo?: WireValue[];
}
export interface WireModel extends WithUnknowns {
  irVersion?: WireLong | number;
  producerName?: string;
  producerVersion?: string;
  graph?: WireGraph | null;
  opsetImport?: { domain?: string; version?: WireLong | number }[];
  metadataProps?: WireEntry[];
}

type MessageName = "Model" | "ModelSummary" | "MetadataOnly";

/** Decodes `bytes` as the named message. Throws `MalformedModelError` when they are not one. */
export function decodeMessage(name: MessageName, bytes: Uint8Array): WireModel {
  const reader = protobuf.Reader.create(bytes);
  // Bytes that are not modelled are only worth keeping when the whole model is read.
  reader.discardUnknown = name !== "Model";
  try {
    return root.lookupType(name).decode(reader) as WireModel;
  } catch (cause) {
    throw new MalformedModelError(
      `Not an ONNX model: the ${bytes.byteLength} bytes are no valid protobuf (${cause instanceof Error ? cause.message : String(cause)}). Check that the file is complete and ends in .onnx.`,
      { cause },
    );
  }
}

/** Encodes a whole model. */
export function encodeModel(model: WireModel): Uint8Array {
  const written = root.lookupType("Model").encode(model).finish();
  return new Uint8Array(written.buffer, written.byteOffset, written.byteLength);
}

/** A 64-bit integer: a number where that is exact, otherwise a bigint. */
export function fromLong(value: WireLong | number | null | undefined): number | bigint {
  if (value === undefined || value === null) return 0;
  if (typeof value === "number") return value;
  const high = value.unsigned ? BigInt(value.high >>> 0) : BigInt(value.high);
  const wide = (high << 32n) | BigInt(value.low >>> 0);
  const narrow = Number(wide);
  return Number.isSafeInteger(narrow) ? narrow : wide;
}

/** The form in which protobufjs writes a 64-bit integer without loss. */
export function toLong(value: number | bigint): WireLong {
  const wide = BigInt.asIntN(64, BigInt(value));
  return {
    low: Number(BigInt.asIntN(32, wide)),
    high: Number(BigInt.asIntN(32, wide >> 32n)),
    unsigned: false,
  };
}
