import { crc32 } from "node:zlib";
import { asBuffer } from "../format/framing.js";

/** Bytes of a PNG's signature; chunks follow: length, type, data, checksum (PNG, third edition, 5.3). */
const SIGNATURE_BYTES = 8;

/**
 * What is wrong with a PNG that could not be decoded, from its bytes alone.
 *
 * @returns the reason; that its data do not unpack where all chunks are as they were written
 */
export function pngDamage(bytes: Uint8Array): string {
  const file = asBuffer(bytes);
  for (let at = SIGNATURE_BYTES; at + 12 <= file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    const end = at + 12 + length;
    if (end > file.length) return `the PNG is damaged: its chunk at byte ${at} is longer than the file`;
    if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4)) {
      return `the PNG is damaged: its chunk ${JSON.stringify(type)} at byte ${at} has not the checksum that it was written with`;
    }
    if (type === "IEND") break;
    at = end;
  }
  return "the PNG is damaged: its picture data do not unpack";
}
