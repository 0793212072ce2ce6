import { ImageError, type ImageProblem } from "../errors.js";
import { BmpError } from "./bmp.js";
import { OversizeError } from "./image-recipe.js";
import { imageSize } from "./image-size.js";
import { readJpegHeader } from "./jpeg-header.js";
import { pngDamage } from "./png-damage.js";
import { gifTruncationOf, truncationOf } from "./whole-image.js";

/** What is wrong with an image. */
export interface Explanation {
  /** The kind. */
  readonly problem: ImageProblem;
  /** In words. */
  readonly reason: string;
}

/** An error that says of one image why it cannot be packed. */
export function imageError(path: string, bytes: Uint8Array, maxPixels: number, cause: unknown): ImageError {
  const { problem, reason } = explain(bytes, maxPixels, cause);
  return new ImageError(path, problem, reason, { cause });
}

/**
 * Why an image could not be decoded. Its own bytes say it wherever they can: libvips keeps one error text for all threads,
 * which may be another image's. Only what sharp says by itself is taken from the error.
 *
 * @param cause what sharp, or this package's own decoders, threw
 */
export function explain(bytes: Uint8Array, maxPixels: number, cause: unknown): Explanation {
  if (cause instanceof OversizeError) return { problem: "too-large", reason: cause.message };
  if (cause instanceof BmpError) return { problem: cause.problem, reason: cause.message };
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/^Input image exceeds pixel limit/i.test(message)) {
    return {
      problem: "too-large",
      reason: `the image has more than ${maxPixels} pixels; raise maxPixels (--max-pixels) to take it`,
    };
  }
  const truncated = truncationOf(bytes) ?? gifTruncationOf(bytes);
  if (truncated !== undefined) return { problem: "truncated", reason: truncated };
  const precision = readJpegHeader(bytes)?.precision ?? 8;
  if (precision !== 8) {
    return { problem: "unsupported", reason: `the JPEG has ${precision} bits a sample; only 8 can be read` };
  }
  const codec = heifCodec(bytes);
  if (codec === "hevc") {
    return {
      problem: "unsupported",
      reason: "the HEIC image cannot be read by this libvips; save it as JPEG",
    };
  }
  const format = codec ?? imageSize(bytes)?.format;
  if (format === undefined) {
    return { problem: "not-an-image", reason: `not an image in a known format (${bytes.length} bytes)` };
  }
  if (format === "png") return { problem: "damaged", reason: pngDamage(bytes) };
  const isHeader = /^Input (buffer|file) (has corrupt header|contains unsupported)/i.test(message);
  const what = isHeader ? "its header makes no sense" : "it cannot be decoded to its end";
  // A TIFF may hold anything, and libvips says of kinds that it lacks (Lab, 12 bits, old JPEG) the same as of broken ones.
  const is = format === "tiff" ? "broken, or of a kind that is not read here" : "broken";
  return { problem: "unreadable", reason: `the ${format.toUpperCase()} image is ${is}: ${what}` };
}

/** Codec of a HEIF file (ISO/IEC 23008-12), by the brand in its first box. */
function heifCodec(bytes: Uint8Array): "hevc" | "avif" | undefined {
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(4, 8)) !== "ftyp") return undefined;
  const brand = String.fromCharCode(...bytes.subarray(8, 12));
  if (/^avi[fs]$/.test(brand)) return "avif";
  return /^(hei[cxms]|hev[cx]|mif1|msf1)$/.test(brand) ? "hevc" : undefined;
}
