import { RecordIOError } from "../errors.js";
import { asBuffer } from "../format/framing.js";
import {
  FIXED32,
  FIXED64,
  LENGTH,
  lengthField,
  readVarint,
  VARINT,
  varint,
  type WireField,
  wireFields,
} from "./wire.js";

/** A value of SageMaker's `Record` message (aialgs.data.Record). */
export type RecordValue =
  | {
      /** Numbers of 32 bits with a point, or of 64, or whole ones of 32. */
      readonly kind: "float32" | "float64" | "int32";
      /** The tensor's values, or only those of `sparse.keys`. */
      readonly values: readonly number[];
      /** Where the values belong, when not all are there. */
      readonly sparse?: SparseShape;
    }
  | {
      /** Any bytes, such as an image file's. */
      readonly kind: "bytes";
      /** One or several. */
      readonly values: readonly Uint8Array[];
    };

/** Places of the values of a sparse tensor. */
export interface SparseShape {
  /** Index of each value in the tensor, counted from 0 through all its dimensions. */
  readonly keys: readonly number[];
  /** Lengths of the tensor's dimensions. */
  readonly shape: readonly number[];
}

/** A record of the format `application/x-recordio-protobuf`. */
export interface ProtobufRecord {
  /** Usually one entry, `values`. */
  readonly features: Readonly<Record<string, RecordValue>>;
  /** Usually one entry, `values`, or none. */
  readonly label: Readonly<Record<string, RecordValue>>;
  /** An id of the writer's own. */
  readonly uid?: string;
  /** Anything about the record, usually JSON. */
  readonly metadata?: string;
  /** How the features are to be read, usually JSON. */
  readonly configuration?: string;
}

/** Field of `Value` for each kind. */
const VALUE_FIELDS = { float32: 2, float64: 3, int32: 7, bytes: 9 } as const;
const KINDS = new Map<number, RecordValue["kind"]>([
  [2, "float32"],
  [3, "float64"],
  [7, "int32"],
  [9, "bytes"],
]);

/**
 * The payload of a record; frame it with `RecordWriter.writePayload` or `frameRecord`.
 *
 * @throws RangeError when a number does not fit its kind
 */
export function encodeProtobufRecord(record: ProtobufRecord): Uint8Array {
  const text = (number: number, value: string | undefined): Buffer[] =>
    value === undefined ? [] : [lengthField(number, Buffer.from(value, "utf8"))];
  return Buffer.concat([
    ...Object.entries(record.features).map(([key, value]) => lengthField(1, mapEntry(key, value))),
    ...Object.entries(record.label).map(([key, value]) => lengthField(2, mapEntry(key, value))),
    ...text(3, record.uid),
    ...text(4, record.metadata),
    ...text(5, record.configuration),
  ]);
}

/**
 * Takes a payload apart.
 *
 * @throws RecordIOError when it is not such a message
 */
export function decodeProtobufRecord(payload: Uint8Array): ProtobufRecord {
  // No prototype: a key named __proto__ is a key like any other.
  const features: Record<string, RecordValue> = Object.create(null);
  const label: Record<string, RecordValue> = Object.create(null);
  const texts: { uid?: string; metadata?: string; configuration?: string } = {};
  for (const field of wireFields(asBuffer(payload))) {
    if (field.number === 1) addEntry(features, field);
    else if (field.number === 2) addEntry(label, field);
    else if (field.number === 3) texts.uid = bytesOf(field).toString("utf8");
    else if (field.number === 4) texts.metadata = bytesOf(field).toString("utf8");
    else if (field.number === 5) texts.configuration = bytesOf(field).toString("utf8");
  }
  return { features, label, ...texts };
}

function mapEntry(key: string, value: RecordValue): Buffer {
  return Buffer.concat([
    lengthField(1, Buffer.from(key, "utf8")),
    lengthField(2, lengthField(VALUE_FIELDS[value.kind], tensor(value))),
  ]);
}

function tensor(value: RecordValue): Buffer {
  if (value.kind === "bytes") return Buffer.concat(value.values.map((bytes) => lengthField(1, bytes)));
  const parts = [lengthField(1, packed(value.kind, value.values))];
  if (value.sparse !== undefined) {
    parts.push(
      lengthField(2, packedVarints(value.sparse.keys.map(checkedUint))),
      lengthField(3, packedVarints(value.sparse.shape.map(checkedUint))),
    );
  }
  return Buffer.concat(parts);
}

function packed(kind: "float32" | "float64" | "int32", values: readonly number[]): Buffer {
  if (kind === "int32") return packedVarints(values.map(checkedInt32));
  const size = kind === "float32" ? 4 : 8;
  const out = Buffer.allocUnsafe(values.length * size);
  for (const [at, value] of values.entries()) {
    if (kind === "float32") out.writeFloatLE(value, at * size);
    else out.writeDoubleLE(value, at * size);
  }
  return out;
}

/** A larger one would come back as another number. */
function checkedInt32(value: number): number {
  if (value !== (value | 0))
    throw new RangeError(`An int32 value must be a whole number of 32 bits, not ${value}.`);
  return value;
}

function checkedUint(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`A key or side must be a whole number from 0 to 2^53 - 1, not ${value}.`);
  return value;
}

function packedVarints(values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => varint(BigInt(value))));
}

function addEntry(map: Record<string, RecordValue>, field: WireField): void {
  let key = "";
  let value: RecordValue | undefined;
  for (const part of wireFields(bytesOf(field))) {
    if (part.number === 1) key = bytesOf(part).toString("utf8");
    if (part.number === 2) value = decodeValue(bytesOf(part));
  }
  if (value !== undefined) map[key] = value;
}

function decodeValue(message: Buffer): RecordValue | undefined {
  let value: RecordValue | undefined;
  for (const field of wireFields(message)) {
    const kind = KINDS.get(field.number);
    if (kind !== undefined) value = decodeTensor(kind, bytesOf(field));
  }
  return value;
}

function decodeTensor(kind: RecordValue["kind"], message: Buffer): RecordValue {
  const numbers: number[] = [];
  const bytes: Uint8Array[] = [];
  const keys: number[] = [];
  const shape: number[] = [];
  for (const field of wireFields(message)) {
    if (field.number === 1 && kind === "bytes") bytes.push(bytesOf(field));
    else if (field.number === 1) addNumbers(numbers, kind as "float32" | "float64" | "int32", field);
    else if (field.number === 2 && kind !== "bytes") addVarints(keys, field, toSafe);
    else if (field.number === 3 && kind !== "bytes") addVarints(shape, field, toSafe);
  }
  if (kind === "bytes") return { kind, values: bytes };
  return { kind, values: numbers, ...((keys.length > 0 || shape.length > 0) && { sparse: { keys, shape } }) };
}

/** Numbers may come packed or one by one; readers must take both. */
function addNumbers(out: number[], kind: "float32" | "float64" | "int32", field: WireField): void {
  if (kind === "int32") {
    addVarints(out, field, (value) => Number(BigInt.asIntN(32, value)));
    return;
  }
  const size = kind === "float32" ? 4 : 8;
  const wanted = kind === "float32" ? FIXED32 : FIXED64;
  if ((field.type !== LENGTH && field.type !== wanted) || field.bytes.length % size !== 0) {
    throw new RecordIOError(
      `The ${kind} values take ${field.bytes.length} bytes, not a multiple of ${size}.`,
    );
  }
  for (let at = 0; at < field.bytes.length; at += size) {
    out.push(kind === "float32" ? field.bytes.readFloatLE(at) : field.bytes.readDoubleLE(at));
  }
}

function addVarints(out: number[], field: WireField, convert: (value: bigint) => number): void {
  if (field.type === VARINT) {
    out.push(convert(field.value));
    return;
  }
  const bytes = bytesOf(field);
  for (let at = 0; at < bytes.length; ) {
    const [value, end] = readVarint(bytes, at);
    out.push(convert(value));
    at = end;
  }
}

function toSafe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new RecordIOError(`A key or side of ${value} is past 2^53 - 1.`);
  return Number(value);
}

function bytesOf(field: WireField): Buffer {
  if (field.type !== LENGTH)
    throw new RecordIOError(`Protobuf field ${field.number} has the wrong wire type ${field.type}.`);
  return field.bytes;
}
