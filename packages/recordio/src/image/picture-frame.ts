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
    const head = readStart(path, HEAD_BYTES);
    const frame = headerFrame(head) ?? (await wholeFrame(path));
    return frame.width > 0 && frame.height > 0 ? frame : undefined;
  } catch {
    return undefined;
  }
}

/** What the first bytes say, where no other may say something else. */
function headerFrame(head: Uint8Array): PictureFrame | undefined {
  const jpeg = readJpegHeader(head);
  if (jpeg !== undefined) return upright(jpeg.width, jpeg.height, jpeg.orientation);
  const size = imageSize(head);
  // Neither of them can have EXIF; the others may, in any place.
  return size?.format === "bmp" || size?.format === "gif" ? upright(size.width, size.height, 1) : undefined;
}

async function wholeFrame(path: string): Promise<PictureFrame> {
  const { width, height, orientation } = await sharpMetadata(readStart(path, Number.POSITIVE_INFINITY));
  return upright(width, height, orientation);
}

/** The frame of pixels as stored. */
export function upright(width: number, height: number, orientation: number): PictureFrame {
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
