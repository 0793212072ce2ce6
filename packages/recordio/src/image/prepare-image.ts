import { ImageError } from "../errors.js";
import { asBuffer } from "../format/framing.js";
import { checkJpeg } from "./image-check.js";
import { imageError } from "./image-problem.js";
import type { ImageRecipe, PreparedImage } from "./image-recipe.js";
import { readJpegHeader } from "./jpeg-header.js";
import { decodeAll, prepareWithSharp } from "./sharp-lane.js";
import type { TurboLane } from "./turbo-lane.js";
import { truncationOf, wholeImageSize } from "./whole-image.js";

/**
 * Makes one image ready for its record, as the recipe says. A promise only where sharp has to work.
 *
 * @param path stands in the error
 * @param bytes may be overwritten once this has returned
 * @param turbo this thread's fast lane, if there is one
 * @throws ImageError when the image is empty, truncated, too large or not an image
 */
export function prepareImage(
  path: string,
  bytes: Uint8Array,
  recipe: ImageRecipe,
  turbo: TurboLane | undefined,
): PreparedImage | Promise<PreparedImage> {
  if (bytes.length === 0) throw new ImageError(path, "empty", "the file is empty (0 bytes)");
  if (recipe.passThrough) return passThrough(path, bytes, recipe);
  const header = turbo === undefined ? undefined : readJpegHeader(bytes);
  if (turbo !== undefined && header !== undefined && turbo.takes(header, recipe)) {
    const image = tryTurbo(() => turbo.prepare(asBuffer(bytes), header, recipe));
    if (image !== undefined) return image;
  }
  // libvips does not tell of what is wrong with a JPEG's last rows.
  const { problem, notes } = checkJpeg(bytes, recipe.maxPixels);
  if (problem !== undefined) throw new ImageError(path, problem.kind, problem.reason);
  // A copy: sharp reads it later, when the caller may have filled its buffer with the next file.
  const own = Buffer.from(bytes);
  return prepareWithSharp(own, recipe).then(
    (image) => (notes.length === 0 ? image : { ...image, notes: [...notes, ...image.notes] }),
    (cause: unknown) => {
      throw imageError(path, own, recipe.maxPixels, cause);
    },
  );
}

/** libjpeg-turbo refuses at a mere warning, without saying which: what it refuses is read again, and goes to sharp. */
function tryTurbo(prepare: () => PreparedImage): PreparedImage | undefined {
  try {
    return prepare();
  } catch {
    return undefined;
  }
}

function passThrough(
  path: string,
  bytes: Uint8Array,
  recipe: ImageRecipe,
): PreparedImage | Promise<PreparedImage> {
  const truncated = truncationOf(bytes);
  if (truncated !== undefined) throw new ImageError(path, "truncated", truncated);
  const size = wholeImageSize(bytes);
  if (size !== undefined) return { bytes, ...size, turnedBy: 1, notes: [], lane: "pass-through" };
  // A format whose end cannot be told from its bytes: libvips decodes it once.
  const own = Buffer.from(bytes);
  return decodeAll(own, recipe.maxPixels).then(
    ({ width, height }): PreparedImage => ({
      bytes: own,
      width,
      height,
      turnedBy: 1,
      notes: [],
      lane: "pass-through",
    }),
    (cause: unknown) => {
      throw imageError(path, own, recipe.maxPixels, cause);
    },
  );
}
