import { explain } from "./image-problem.js";
import { DEFAULT_MAX_PIXELS } from "./image-recipe.js";
import { readJpegHeader } from "./jpeg-header.js";
import { readJpeg } from "./jpeg-reader.js";
import { decodeAll } from "./sharp-lane.js";
import { truncationOf } from "./whole-image.js";

/** Pixels that a JPEG lost, and what is odd about one that lost none. */
export interface JpegCheck {
  readonly problem?: { readonly kind: "truncated" | "damaged"; readonly reason: string };
  /** Such as `"12 extra bytes before marker 0xd9"`. */
  readonly notes: readonly string[];
}

const NOTHING: JpegCheck = { notes: [] };

/**
 * Reads a JPEG to its last coefficient. Nothing is said of other formats, and of JPEGs that are larger than `maxPixels`
 * or of an unusual kind: the decoder has the word then.
 */
export function checkJpeg(bytes: Uint8Array, maxPixels: number): JpegCheck {
  const header = readJpegHeader(bytes);
  if (header === undefined || header.width * header.height > maxPixels) return NOTHING;
  const truncated = truncationOf(bytes);
  if (truncated !== undefined) return { problem: { kind: "truncated", reason: truncated }, notes: [] };
  const findings = readJpeg(bytes);
  if (findings === undefined) return NOTHING;
  const { lost, notes } = findings;
  return { ...(lost !== undefined && { problem: { kind: "damaged", reason: lost } }), notes };
}

/**
 * Decodes an image to its last pixel.
 *
 * @param maxPixels larger images are not decoded. Default 64 million
 * @returns undefined when it is whole, else the reason
 */
export async function isWholeImage(
  bytes: Uint8Array,
  maxPixels = DEFAULT_MAX_PIXELS,
): Promise<string | undefined> {
  if (bytes.length === 0) return "it has 0 bytes";
  const { problem } = checkJpeg(bytes, maxPixels);
  if (problem !== undefined) return problem.reason;
  try {
    await decodeAll(bytes, maxPixels);
    return undefined;
  } catch (error) {
    return explain(bytes, maxPixels, error).reason;
  }
}
