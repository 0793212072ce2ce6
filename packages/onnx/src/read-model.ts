import { MalformedModelError } from "./errors.js";
import type { AttributeValue, OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode } from "./model.js";
import { decodeMessage, fromLong, type WireAttribute, type WireGraph, type WireModel } from "./proto.js";
import { metadataOf, opaqueOf, readTensor, readValue, safe } from "./read-value.js";

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
