import { type ElemType, elemByteLength, elemTypeName } from "./elem-type.js";
import { MalformedModelError } from "./errors.js";
import type { Dimension, OnnxTensor, OnnxValue } from "./model.js";
import { fromLong, type WireEntry, type WireLong, type WireTensor, type WireValue } from "./proto.js";
import { encodeElements } from "./tensor.js";

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

/** A constant, its elements as raw bytes. */
export function readTensor(wire: WireTensor): OnnxTensor {
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

/** `metadata_props` as a record; the last of two equal keys wins, as in ONNX Runtime. */
export function metadataOf(entries: readonly WireEntry[] | undefined): Record<string, string> {
  return Object.fromEntries((entries ?? []).map(({ key, value }) => [key ?? "", value ?? ""]));
}

/** Fields that this package does not know, to be written again as they were. */
export function opaqueOf(message: { readonly $unknowns?: readonly Uint8Array[] }): {
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

/** A whole number that JavaScript has exactly. @throws MalformedModelError for any other */
export function safe(value: WireLong | number | null | undefined, what: string): number {
  const exact = fromLong(value);
  if (typeof exact === "bigint" || exact < 0) {
    throw new MalformedModelError(`The model's ${what} is ${exact}; it must lie between 0 and 2^53 - 1.`);
  }
  return exact;
}
