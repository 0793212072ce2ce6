import { type ElemType, elemByteLength, elemTypeName } from "./elem-type.js";
import { MalformedModelError } from "./errors.js";
import type {
  AttributeValue,
  Dimension,
  OnnxAttribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValue,
} from "./model.js";
import {
  decodeMessage,
  fromLong,
  type WireAttribute,
  type WireEntry,
  type WireGraph,
  type WireLong,
  type WireModel,
  type WireTensor,
  type WireValue,
} from "./proto.js";
import { encodeElements } from "./tensor.js";

/** Limits for reading a model from bytes that may come from anywhere. */
export interface ReadModelOptions {
  /** Largest accepted file, in bytes. Default 2,147,483,647: a protobuf message cannot be larger. */
  readonly maxBytes?: number;
}

/**
 * Reads a model file whole. Weights are views into `bytes`, not copies, where the file stores them raw.
 *
 * @throws MalformedModelError when the bytes are no ONNX model, are cut short, or exceed `maxBytes`.
 */
export function readModel(bytes: Uint8Array, options: ReadModelOptions = {}): OnnxModel {
  checkSize(bytes, options);
  const wire = decodeMessage("Model", bytes);
  if (!wire.graph) throw new MalformedModelError(NO_GRAPH);
  return {
    irVersion: safe(wire.irVersion, "ir_version"),
    opsets: opsetsOf(wire),
    producerName: wire.producerName ?? "",
    producerVersion: wire.producerVersion ?? "",
    graph: readGraph(wire.graph),
    metadata: metadataOf(wire.metadataProps),
    ...opaqueOf(wire),
  };
}

/** Shared by every reader of this package: the message for bytes that decode to nothing. */
export const NO_GRAPH =
  "Not an ONNX model: it holds no graph. Check that the file is complete and that it is the model itself, not its weights or metadata.";

/** Refuses a file above the size limit before any of it is decoded. */
export function checkSize(bytes: Uint8Array, options: ReadModelOptions): void {
  const limit = options.maxBytes ?? 2_147_483_647;
  if (bytes.byteLength > limit) {
    throw new MalformedModelError(`The model has ${bytes.byteLength} bytes; the limit is ${limit} bytes.`);
  }
}

/** Operator set versions by domain. */
export function opsetsOf(wire: WireModel): Record<string, number> {
  const opsets: Record<string, number> = {};
  for (const { domain, version } of wire.opsetImport ?? []) {
    opsets[domain === "ai.onnx" ? "" : (domain ?? "")] = safe(version, "opset version");
  }
  return opsets;
}

/** `metadata_props` as a record; the last of two equal keys wins, as in ONNX Runtime. */
export function metadataOf(entries: readonly WireEntry[] | undefined): Record<string, string> {
  return Object.fromEntries((entries ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
}

/** A graph's input, output or inner value. */
export function readValue(wire: WireValue): OnnxValue {
  const tensor = wire.type?.tensorType;
  const dims = tensor?.shape?.dim;
  return {
    name: wire.name ?? "",
    elemType: elemTypeName(tensor?.elemType ?? 0),
    shape: tensor?.shape ? (dims ?? []).map(readDimension) : [],
    ...(tensor?.shape ? {} : { rankUnknown: true }),
    // A sequence, map or optional type lies inside the type message; it is kept there by encoding the value whole.
    ...opaqueOf({ $unknowns: [...(wire.$unknowns ?? []), ...(wire.type?.$unknowns ?? []).map(asTypeField)] }),
  };
}

function readDimension(dim: { dimValue?: WireLong | number | null; dimParam?: string | null }): Dimension {
  if (Object.hasOwn(dim, "dimValue")) return safe(dim.dimValue, "dimension");
  return dim.dimParam ? dim.dimParam : "?";
}

function readGraph(wire: WireGraph): OnnxGraph {
  return {
    name: wire.name ?? "",
    nodes: (wire.node ?? []).map(
      (node): OnnxNode => ({
        name: node.name ?? "",
        opType: node.opType ?? "",
        domain: node.domain === "ai.onnx" ? "" : (node.domain ?? ""),
        inputs: node.input ?? [],
        outputs: node.output ?? [],
        attributes: (node.attribute ?? []).map(readAttribute),
        ...opaqueOf(node),
      }),
    ),
    initializers: (wire.initializer ?? []).map(readTensor),
    inputs: (wire.input ?? []).map(readValue),
    outputs: (wire.output ?? []).map(readValue),
    values: (wire.valueInfo ?? []).map(readValue),
    ...opaqueOf(wire),
  };
}

function readTensor(wire: WireTensor): OnnxTensor {
  const name = wire.name ?? "";
  const elemType = elemTypeName(wire.dataType ?? 0);
  const dims = (wire.dims ?? []).map((dim) => safe(dim, `dimension of tensor "${name}"`));
  const base = { name, elemType, dims };
  if (wire.dataLocation === 1) {
    return { ...base, data: new Uint8Array(0), external: metadataOf(wire.externalData), ...opaqueOf(wire) };
  }
  if (elemType === "string") {
    return { ...base, data: new Uint8Array(0), strings: wire.stringData ?? [], ...opaqueOf(wire) };
  }
  const data = wire.rawData?.byteLength ? wire.rawData : elementData(wire, elemType);
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (elemType !== "undefined" && data.byteLength !== elemByteLength(elemType, count)) {
    throw new MalformedModelError(
      `Tensor "${name}" (${elemType}, [${dims.join(", ")}]) needs ${elemByteLength(elemType, count)} bytes of data, but the file holds ${data.byteLength}.`,
    );
  }
  return { ...base, data, ...opaqueOf(wire) };
}

/** Elements that the file stores as numbers (`float_data`, `int32_data`, ...) instead of raw bytes. */
function elementData(wire: WireTensor, elemType: ElemType): Uint8Array {
  const longs = wire.int64Data?.length ? wire.int64Data : wire.uint64Data;
  if (longs?.length) return encodeElements(elemType, longs.map(fromLong));
  return encodeElements(elemType, firstFilled(wire.floatData, wire.doubleData, wire.int32Data), {
    bitsAsStored: true,
  });
}

function firstFilled(...lists: (readonly number[] | undefined)[]): readonly number[] {
  return lists.find((list) => list?.length) ?? [];
}

const TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Strings of a model are bytes; text where they are valid UTF-8. */
function readString(bytes: Uint8Array): string | Uint8Array {
  try {
    return TEXT.decode(bytes);
  } catch {
    return bytes;
  }
}

function readAttribute(wire: WireAttribute): OnnxAttribute {
  return { name: wire.name ?? "", ...attributeValue(wire), ...opaqueOf(wire) };
}

function attributeValue(wire: WireAttribute): AttributeValue {
  // AttributeProto.AttributeType. Files of IR version 1 leave it out, so the filled field decides.
  switch (wire.type || guessType(wire)) {
    case 1:
      return { type: "float", value: wire.f ?? 0 };
    case 2:
      return { type: "int", value: fromLong(wire.i) };
    case 3:
      return { type: "string", value: readString(wire.s ?? new Uint8Array(0)) };
    case 4:
      return { type: "tensor", value: readTensor(wire.t ?? {}) };
    case 5:
      return { type: "graph", value: readGraph(wire.g ?? {}) };
    case 6:
      return { type: "floats", value: wire.floats ?? [] };
    case 7:
      return { type: "ints", value: (wire.ints ?? []).map(fromLong) };
    case 8:
      return { type: "strings", value: (wire.strings ?? []).map(readString) };
    case 9:
      return { type: "tensors", value: (wire.tensors ?? []).map(readTensor) };
    case 10:
      return { type: "graphs", value: (wire.graphs ?? []).map(readGraph) };
    default:
      return { type: "opaque", typeCode: wire.type ?? 0 };
  }
}

function guessType(wire: WireAttribute): number {
  const fields = ["f", "i", "s", "t", "g"] as const;
  const single = fields.findIndex((field) => Object.hasOwn(wire, field));
  if (single >= 0) return single + 1;
  const lists = [wire.floats, wire.ints, wire.strings, wire.tensors, wire.graphs];
  const list = lists.findIndex((values) => values?.length);
  return list >= 0 ? list + 6 : 0;
}

function opaqueOf(message: { readonly $unknowns?: readonly Uint8Array[] }): {
  opaque?: readonly Uint8Array[];
} {
  return message.$unknowns?.length ? { opaque: message.$unknowns } : {};
}

/** Wraps an encoded field of `TypeProto` as field 2 (`type`) of `ValueInfoProto`; protobuf merges repeated occurrences. */
function asTypeField(field: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = field.byteLength; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Uint8Array.from([(2 << 3) | 2, ...length, ...field]);
}

function safe(value: WireLong | number | null | undefined, what: string): number {
  const exact = fromLong(value);
  if (typeof exact === "bigint" || exact < 0) {
    throw new MalformedModelError(`The model's ${what} is ${exact}; it must lie between 0 and 2^53 - 1.`);
  }
  return exact;
}
