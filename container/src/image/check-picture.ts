import { ImageInputError } from "../shared/errors.js";
import { MAX_PIXELS, MAX_SIDE, type PictureHeader, readPictureHeader } from "./picture-header.js";

/**
 * Looks at an encoded picture as far as that takes no decoding: its format and its size.
 *
 * @param maxPixels largest accepted picture, in pixels. Default 50 million
 * @throws ImageInputError `unreadable` or `too-large`
 */
export function checkPicture(bytes: Uint8Array, maxPixels = MAX_PIXELS): PictureHeader {
  if (bytes.byteLength === 0) throw new ImageInputError("unreadable", "The image is empty (0 bytes).");
  const header = readPictureHeader(bytes);
  if (!header) throw unreadable("its first bytes are of no format that is taken here");
  const { width, height } = header;
  if (width * height > maxPixels) {
    throw new ImageInputError(
      "too-large",
      `The image has ${width} x ${height} = ${width * height} pixels, but the limit is ${maxPixels} pixels. Send it scaled down.`,
    );
  }
  if (Math.max(width, height) > MAX_SIDE) {
    throw new ImageInputError(
      "too-large",
      `The image has ${width} x ${height} pixels, but the limit of a side is ${MAX_SIDE} pixels. Send a part of it.`,
    );
  }
  return header;
}

/** @param why goes into brackets */
export function unreadable(why: string, cause?: unknown): ImageInputError {
  return new ImageInputError(
    "unreadable",
    `The image cannot be decoded (${why}). Send a complete JPEG, PNG, WebP, GIF or TIFF file.`,
    { cause },
  );
}
