import { DEFAULT_MAX_PIXELS } from "./image-recipe.js";
import { decodeAll } from "./sharp-lane.js";

/**
 * Decodes an image to its last pixel.
 *
 * @returns undefined when it is whole, else the reason
 */
export async function isWholeImage(
  bytes: Uint8Array,
  maxPixels = DEFAULT_MAX_PIXELS,
): Promise<string | undefined> {
  if (bytes.length === 0) return "it has 0 bytes";
  try {
    await decodeAll(bytes, maxPixels);
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n")[0]!.trim();
  }
}
