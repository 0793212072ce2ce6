import { ImageError } from "../errors.js";
import type { ImageRecipe, PreparedImage } from "./image-recipe.js";
import { decodeAll, prepareWithSharp } from "./sharp-lane.js";

/**
 * Makes one image ready for its record, as the recipe says.
 *
 * @param path stands in the error
 * @throws ImageError when the image is empty, truncated, too large or not an image
 */
export async function prepareImage(
  path: string,
  bytes: Uint8Array,
  recipe: ImageRecipe,
): Promise<PreparedImage> {
  if (bytes.length === 0) throw new ImageError(path, "empty", "the file is empty (0 bytes)");
  try {
    if (recipe.passThrough) {
      const { width, height } = await decodeAll(bytes, recipe.maxPixels);
      return { bytes, width, height, notes: [], lane: "pass-through" };
    }
    return await prepareWithSharp(bytes, recipe);
  } catch (cause) {
    throw toImageError(path, bytes, recipe, cause);
  }
}

function toImageError(path: string, bytes: Uint8Array, recipe: ImageRecipe, cause: unknown): ImageError {
  if (cause instanceof ImageError) return cause;
  const message = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!.trim();
  if (/unsupported image format|Input buffer contains unsupported/i.test(message)) {
    return new ImageError(path, "not-an-image", `not an image that can be read (${bytes.length} bytes)`, {
      cause,
    });
  }
  if (/exceeds pixel limit/i.test(message)) {
    return new ImageError(path, "too-large", `more than ${recipe.maxPixels} pixels (maxPixels)`, { cause });
  }
  if (/premature end|truncat|unexpected end|end of file|not enough|out of order/i.test(message)) {
    return new ImageError(path, "truncated", `the image is truncated (${message})`, { cause });
  }
  return new ImageError(path, "unreadable", `the image is broken: ${message}`, { cause });
}
