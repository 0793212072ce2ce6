import {
  alignedMagicOffsets,
  checkPayloadLength,
  framedLength,
  frameRecord,
  PART_HEADER_BYTES,
  RECORD_MAGIC,
} from "../format/framing.js";
import { imageHeaderLength, writeImageHeader } from "../format/ir-header.js";
import type { PackItem } from "./item.js";

/**
 * The framed record of an image under an id and labels; the image is copied once.
 *
 * @param allocate gives the memory for it, with anything in it
 */
export function frameImage(
  item: Pick<PackItem, "id" | "labels">,
  packLabels: boolean | undefined,
  image: Uint8Array,
  allocate: (length: number) => Buffer = Buffer.allocUnsafeSlow,
): Uint8Array {
  const record = { id: item.id, labels: item.labels, ...(packLabels !== undefined && { packLabels }) };
  const length = imageHeaderLength(record) + image.length;
  checkPayloadLength(length);
  const out = allocate(framedLength(length, 0));
  const payload = out.subarray(PART_HEADER_BYTES, PART_HEADER_BYTES + length);
  payload.set(image, writeImageHeader(record, payload, 0));
  // One payload in a hundred thousand holds the magic on a multiple of four.
  if (alignedMagicOffsets(payload).length > 0) return frameRecord(payload);
  out.writeUInt32LE(RECORD_MAGIC, 0);
  out.writeUInt32LE(length, 4);
  out.fill(0, PART_HEADER_BYTES + length);
  return out;
}
