import { asBuffer } from "../format/framing.js";
import { imageSize } from "./image-size.js";
import { readJpegHeader } from "./jpeg-header.js";

const PNG_END = Buffer.from("IEND");

/**
 * Tells from the bytes alone, without decoding, that a JPEG or PNG lacks its end.
 *
 * @returns the reason, or undefined when nothing of the kind is seen
 */
export function truncationOf(bytes: Uint8Array): string | undefined {
  const size = imageSize(bytes);
  if (size?.format === "jpeg" && !hasJpegEnd(bytes)) {
    return `the JPEG is truncated: it has no end marker in its ${bytes.length} bytes`;
  }
  if (size?.format === "png" && asBuffer(bytes).lastIndexOf(PNG_END) === -1) {
    return `the PNG is truncated: it has no IEND chunk in its ${bytes.length} bytes`;
  }
  return undefined;
}

/**
 * Tells that a GIF lacks its trailer. Decoders mostly take such files, so this only explains why one could not be read.
 */
export function gifTruncationOf(bytes: Uint8Array): string | undefined {
  if (imageSize(bytes)?.format !== "gif" || bytes.at(-1) === 0x3b) return undefined;
  return `the GIF is truncated: it has no trailer at the end of its ${bytes.length} bytes`;
}

/** Sides of a JPEG or PNG whose header can be read; undefined for everything else, and for JPEGs of 12 bits a sample. */
export function wholeImageSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const size = imageSize(bytes);
  if (size?.format === "jpeg" && readJpegHeader(bytes)?.precision !== 8) return undefined;
  if (size === undefined || (size.format !== "jpeg" && size.format !== "png")) return undefined;
  return size.width > 0 && size.height > 0 ? { width: size.width, height: size.height } : undefined;
}

/**
 * Tells from header and last bytes that a file is a whole JPEG or PNG. False for what needs a closer look, such as bytes
 * behind the end.
 */
export function isWholeByItsEnds(bytes: Uint8Array): boolean {
  const end = bytes.length;
  if (bytes[0] === 0xff) {
    if (bytes[end - 2] !== 0xff || bytes[end - 1] !== 0xd9) return false;
    const header = readJpegHeader(bytes);
    return header !== undefined && header.precision === 8 && header.width > 0 && header.height > 0;
  }
  const size = imageSize(bytes);
  return size?.format === "png" && size.width > 0 && size.height > 0 && isPngEnd(bytes, end);
}

/** The IEND chunk: type and checksum are its last eight bytes. */
function isPngEnd(bytes: Uint8Array, end: number): boolean {
  return PNG_END.equals(bytes.subarray(end - 8, end - 4));
}

/** An end marker after the last scan's start; inside coded data FF D9 cannot occur (ITU T.81 B.1.1.2). */
function hasJpegEnd(bytes: Uint8Array): boolean {
  if (bytes[bytes.length - 2] === 0xff && bytes[bytes.length - 1] === 0xd9) return true;
  const data = asBuffer(bytes);
  const end = data.lastIndexOf(END_MARKER);
  // Inside an EXIF thumbnail there is an end marker too, but the scan comes after it.
  return end !== -1 && end > data.lastIndexOf(SCAN_MARKER);
}

const END_MARKER = Uint8Array.of(0xff, 0xd9);
const SCAN_MARKER = Uint8Array.of(0xff, 0xda);
