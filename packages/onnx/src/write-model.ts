import { elemTypeCode } from "./elem-type.js";
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxTensor, OnnxValue, OpaqueFields } from "./model.js";
import {
  encodeModel,
  toLong,
  type WireAttribute,
  type WireDimension,
  type WireEntry,
  type WireGraph,
  type WireTensor,
  type WireValue,
} from "./proto.js";

/** Encodes a model as the bytes of an `.onnx` file. Weights are stored raw. Equal models give equal bytes. */
export function writeModel(model: OnnxModel): Uint8Array {
  return encodeModel({
    irVersion: model.irVersion,
    producerName: model.producerName,
    ...(model.producerVersion ? { producerVersion: model.producerVersion } : {}),
    graph: writeGraph(model.graph),
    opsetImport: Object.entries(model.opsets).map(([domain, version]) => ({ domain, version })),
    metadataProps: writeEntries(model.metadata),
    ...unknowns(model.opaque),
  });
}

function writeGraph(graph: OnnxGraph): WireGraph {
  return {
    node: graph.nodes.map((node) => ({
      input: [...node.inputs],
      output: [...node.outputs],
      name: node.name,
      opType: node.opType,
      attribute: node.attributes.map(writeAttribute),
      ...(node.domain ? { domain: node.domain } : {}),
      ...unknowns(node.opaque),
    })),
    name: graph.name,
    initializer: graph.initializers.map(writeTensor),
    input: graph.inputs.map(writeValue),
    output: graph.outputs.map(writeValue),
    valueInfo: graph.values.map(writeValue),
    ...unknowns(graph.opaque),
  };
}

function writeTensor(tensor: OnnxTensor): WireTensor {
  return {
    dims: tensor.dims.map(toLong),
    dataType: elemTypeCode(tensor.elemType),
    name: tensor.name,
    ...(tensor.strings ? { stringData: [...tensor.strings] } : {}),
    ...(tensor.external ? { externalData: writeEntries(tensor.external), dataLocation: 1 } : {}),
    ...(tensor.strings || tensor.external ? {} : { rawData: tensor.data }),
    ...unknowns(tensor.opaque),
  };
}

function writeValue(value: OnnxValue): WireValue {
  const base = { name: value.name, ...unknowns(value.opaque) };
  if (value.elemType === "undefined" && value.rankUnknown) return base;
  const shape = value.rankUnknown ? {} : { shape: { dim: value.shape.map(writeDimension) } };
  return { ...base, type: { tensorType: { elemType: elemTypeCode(value.elemType), ...shape } } };
}

function writeDimension(dim: number | string): WireDimension {
  if (typeof dim === "number") return { dimValue: toLong(dim) };
  return dim === "?" || dim === "" ? {} : { dimParam: dim };
}

function writeAttribute(attribute: OnnxAttribute): WireAttribute {
  return { name: attribute.name, ...writeAttributeValue(attribute), ...unknowns(attribute.opaque) };
}

function writeAttributeValue(attribute: OnnxAttribute): WireAttribute {
  switch (attribute.type) {
    case "float":
      return { type: 1, f: attribute.value };
    case "int":
      return { type: 2, i: toLong(attribute.value) };
    case "string":
      return { type: 3, s: writeString(attribute.value) };
    case "tensor":
      return { type: 4, t: writeTensor(attribute.value) };
    case "graph":
      return { type: 5, g: writeGraph(attribute.value) };
    case "floats":
      return { type: 6, floats: [...attribute.value] };
    case "ints":
      return { type: 7, ints: attribute.value.map(toLong) };
    case "strings":
      return { type: 8, strings: attribute.value.map(writeString) };
    case "tensors":
      return { type: 9, tensors: attribute.value.map(writeTensor) };
    case "graphs":
      return { type: 10, graphs: attribute.value.map(writeGraph) };
    case "opaque":
      return attribute.typeCode ? { type: attribute.typeCode } : {};
  }
}

function writeString(text: string | Uint8Array): Uint8Array {
  return typeof text === "string" ? new TextEncoder().encode(text) : text;
}

function writeEntries(record: Readonly<Record<string, string>>): WireEntry[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}

function unknowns(opaque: OpaqueFields | undefined): { $unknowns?: Uint8Array[] } {
  return opaque?.length ? { $unknowns: [...opaque] } : {};
}
