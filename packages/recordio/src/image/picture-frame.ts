import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { imageSize } from "./image-size.js";
import { readJpegHeader } from "./jpeg-header.js";
import { sharpMetadata } from "./sharp-lane.js";

/** How a picture lies in its file. */
export interface PictureFrame {
  /** Width as it stands upright, in pixels. */
  readonly width: number;
  /** Height as it stands upright, in pixels. */
  readonly height: number;
  /** EXIF orientation, 1 to 8: how the pixels as stored are turned to stand upright. */
  readonly orientation: number;
  /** Its decoder stands it upright whatever is asked, and does not tell from what (AVIF, HEIC). */
  readonly alwaysUpright?: boolean;
}

/** Bytes read first; most headers end before. */
const HEAD_BYTES = 64 * 1024;

/**
 * Reads a picture's sides and orientation from its header; nothing is decoded.
 *
 * @returns undefined where there is no such file or no such header: packing then says what is the matter
 */
export async function readPictureFrame(path: string): Promise<PictureFrame | undefined> {
  try {
    return (
      headerFrame(readStart(path, HEAD_BYTES)) ?? (await frameOf(readStart(path, Number.POSITIVE_INFINITY)))
    );
  } catch {
    return undefined;
  }
}

/** The same of a picture in memory. @throws whatever libvips says of what is no image */
export async function frameOf(bytes: Uint8Array): Promise<PictureFrame> {
  const frame = headerFrame(bytes);
  if (frame !== undefined) return frame;
  const { width, height, orientation, format } = await sharpMetadata(bytes);
  return { ...upright(width, height, orientation), ...(format === "heif" && { alwaysUpright: true }) };
}

/** What the first bytes say, where no other may say something else. */
function headerFrame(head: Uint8Array): PictureFrame | undefined {
  const jpeg = readJpegHeader(head);
  if (jpeg !== undefined && jpeg.width > 0 && jpeg.height > 0)
    return upright(jpeg.width, jpeg.height, jpeg.orientation);
  const size = imageSize(head);
  // Neither of them can have EXIF; the others may, in any place.
  return size?.format === "bmp" || size?.format === "gif" ? upright(size.width, size.height, 1) : undefined;
}

/** The frame of pixels as stored. */
function upright(width: number, height: number, orientation: number): PictureFrame {
  return orientation >= 5
    ? { width: height, height: width, orientation }
    : { width, height, orientation: Math.max(1, orientation) };
}

function readStart(path: string, most: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(Math.min(most, fstatSync(file).size));
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
