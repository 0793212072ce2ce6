import { CorruptRecordError } from "../errors.js";
import { asBuffer } from "./framing.js";

/** MXNet's `IRHeader`, the 24 bytes before an image in its record. */
export interface IRHeader {
  /** 0: `label` is the label. n > 0: n float32 labels lie between header and image. */
  readonly flag: number;
  /** The label as a float32; 0 when `flag` is greater than 0. */
  readonly label: number;
  /** The record's id, an unsigned integer up to 2^53 - 1. */
  readonly id: number;
  /** Upper half of a 128-bit id; 0 in practice. */
  readonly id2: number;
}

/** One image with its labels, as it lies in a `.rec` file. */
export interface ImageRecord {
  /** The 24 bytes in front of it. */
  readonly header: IRHeader;
  /** The packed labels when `flag` > 0, else the header's one label. */
  readonly labels: readonly number[];
  /** The encoded image (JPEG, PNG ...); may share memory with its neighbours: copy it to change it. */
  readonly image: Uint8Array;
  /** Where the record starts in its source, in bytes. */
  readonly byteOffset: number;
}

/** What a record's header and labels are made of. */
export interface RecordLabels {
  /** Its id, a whole number from 0 to 2^53 - 1. */
  readonly id: number;
  /** Upper half of a 128-bit id. Default 0. */
  readonly id2?: number;
  /** One label or several. */
  readonly labels: readonly number[];
  /** Whether they lie behind the header. Default: only where there is not exactly one. */
  readonly packLabels?: boolean;
}

/** Bytes of an `IRHeader` (struct `IfQQ` in mxnet/recordio.py). */
export const IR_HEADER_BYTES = 24;

/**
 * Writes header, packed labels and image as one payload.
 *
 * @param header labels are given apart: one label goes into the header (flag 0), several behind it
 * @throws RangeError when the id is not a safe non-negative integer
 */
export function encodeImagePayload(record: RecordLabels, image: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafe(imageHeaderLength(record) + image.length);
  out.set(image, writeImageHeader(record, out, 0));
  return out;
}

/** Bytes of the header with its packed labels. */
export function imageHeaderLength(record: {
  readonly labels: readonly number[];
  readonly packLabels?: boolean;
}): number {
  const packed = record.packLabels ?? record.labels.length !== 1;
  return IR_HEADER_BYTES + (packed ? record.labels.length * 4 : 0);
}

/** Writes only the header and packed labels at `at`; returns the offset behind them. */
export function writeImageHeader(record: RecordLabels, out: Buffer, at: number): number {
  const packed = record.packLabels ?? record.labels.length !== 1;
  checkId(record.id);
  out.writeUInt32LE(packed ? record.labels.length : 0, at);
  out.writeFloatLE(packed ? 0 : (record.labels[0] ?? 0), at + 4);
  out.writeBigUInt64LE(BigInt(record.id), at + 8);
  out.writeBigUInt64LE(BigInt(record.id2 ?? 0), at + 16);
  let position = at + IR_HEADER_BYTES;
  if (packed) {
    for (const label of record.labels) position = out.writeFloatLE(label, position);
  }
  return position;
}

/**
 * Takes a payload apart.
 *
 * @param byteOffset where the record starts, for the error and the result
 * @throws CorruptRecordError when the header does not fit, or an id is past 2^53 - 1
 */
export function decodeImagePayload(payload: Uint8Array, byteOffset = 0): ImageRecord {
  if (payload.length < IR_HEADER_BYTES) {
    throw new CorruptRecordError(
      `The record holds ${payload.length} bytes, fewer than the ${IR_HEADER_BYTES} of an image header. ` +
        "Is it a RecordIO-protobuf file? Then read it with readProtobufRecords",
      byteOffset,
    );
  }
  const bytes = asBuffer(payload);
  const flag = bytes.readUInt32LE(0);
  const imageStart = IR_HEADER_BYTES + flag * 4;
  if (imageStart > bytes.length) {
    throw new CorruptRecordError(
      `The header announces ${flag} packed labels, but the record holds ${bytes.length} bytes`,
      byteOffset,
    );
  }
  const header: IRHeader = {
    flag,
    label: bytes.readFloatLE(4),
    id: readId(bytes, 8, "id", byteOffset),
    id2: readId(bytes, 16, "id2", byteOffset),
  };
  const labels: number[] = [];
  if (flag === 0) labels.push(header.label);
  for (let at = IR_HEADER_BYTES; at < imageStart; at += 4) labels.push(bytes.readFloatLE(at));
  return { header, labels, image: bytes.subarray(imageStart), byteOffset };
}

function readId(bytes: Buffer, at: number, name: string, byteOffset: number): number {
  const high = bytes.readUInt32LE(at + 4);
  // Past 2^53 a number cannot hold the id exactly; a wrong id would be worse than an error.
  if (high >= 2 ** 21) {
    throw new CorruptRecordError(
      `The header's ${name} is ${bytes.readBigUInt64LE(at)}, above the largest exact number 2^53 - 1`,
      byteOffset,
    );
  }
  return high * 2 ** 32 + bytes.readUInt32LE(at);
}

function checkId(id: number): void {
  if (!Number.isSafeInteger(id) || id < 0) {
    throw new RangeError(`A record's id must be an integer from 0 to 2^53 - 1, not ${id}.`);
  }
}
