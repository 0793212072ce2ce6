import sharp, { type Metadata, type Sharp } from "sharp";
import { centerSquare, type ImageRecipe, type PreparedImage, targetSize } from "./image-recipe.js";

/** sharp and libvips versions, part of the fingerprint. */
export function sharpVersion(): string {
  return `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;
}

/** How many threads libvips may use inside one image; 1 is best where many images run at once. */
export function limitSharpThreads(threads: number): void {
  sharp.concurrency(threads);
  // Every image is seen once: a cache would only hold memory.
  sharp.cache(false);
}

/** Decodes, turns, crops, resizes and encodes one image with libvips. */
export async function prepareWithSharp(bytes: Uint8Array, recipe: ImageRecipe): Promise<PreparedImage> {
  const input = sharp(bytes, { failOn: "error", limitInputPixels: recipe.maxPixels, ignoreIcc: true });
  const meta = await input.metadata();
  const notes = describeOddities(meta, recipe);
  const swapped = recipe.orient && (meta.orientation ?? 1) >= 5;
  const frameHeight = meta.pageHeight ?? meta.height;
  const width = swapped ? frameHeight : meta.width;
  const height = swapped ? meta.width : frameHeight;
  const target = targetSize(width, height, recipe);
  // A CMYK image means nothing without its profile; elsewhere loaders of training data ignore profiles.
  let image = sharp(bytes, {
    failOn: "error",
    limitInputPixels: recipe.maxPixels,
    ignoreIcc: meta.space !== "cmyk",
    sequentialRead: true,
  });
  if (recipe.orient) image = image.autoOrient();
  if (recipe.centerCrop && width !== height) {
    const square = centerSquare(width, height);
    image = image.extract({ left: square.left, top: square.top, width: square.side, height: square.side });
  }
  if (target.width !== width || target.height !== height || recipe.centerCrop) {
    image = image.resize({ ...target, fit: "fill", kernel: "cubic", fastShrinkOnLoad: true });
  }
  image = applyColor(image, meta, recipe);
  const encoded = encode(image, recipe);
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height, notes, lane: "sharp" };
}

/**
 * Decodes every pixel and drops it.
 *
 * @returns the image's sides as stored, in pixels
 * @throws whatever libvips says when the image is not whole
 */
export async function decodeAll(
  bytes: Uint8Array,
  maxPixels: number,
): Promise<{ width: number; height: number }> {
  const options = {
    failOn: "error",
    limitInputPixels: maxPixels,
    ignoreIcc: true,
    sequentialRead: true,
  } as const;
  const { width, height, pageHeight } = await sharp(bytes, options).metadata();
  // The smallest output that still needs every row: one pixel.
  await sharp(bytes, options)
    .resize(1, 1, { fit: "fill", kernel: "nearest", fastShrinkOnLoad: false })
    .raw()
    .toBuffer();
  return { width, height: pageHeight ?? height };
}

/** A flat grey image, for `onError: "placeholder"`. */
export async function placeholderImage(
  width: number,
  height: number,
  recipe: ImageRecipe,
): Promise<Uint8Array> {
  const image = sharp({ create: { width, height, channels: 3, background: { r: 128, g: 128, b: 128 } } });
  return await encode(recipe.color === "grey" ? image.greyscale() : image, recipe).toBuffer();
}

function applyColor(image: Sharp, meta: Metadata, recipe: ImageRecipe): Sharp {
  if (recipe.color === "unchanged") return image;
  let result = image;
  if (meta.hasAlpha) {
    result =
      recipe.background === "drop" ? result.removeAlpha() : result.flatten({ background: recipe.background });
  }
  return recipe.color === "grey" ? result.greyscale().toColourspace("b-w") : result.toColourspace("srgb");
}

function encode(image: Sharp, recipe: ImageRecipe): Sharp {
  if (recipe.encoding === "png") return image.png({ compressionLevel: Math.min(9, recipe.quality) });
  // Plain baseline JPEG: what every MXNet reader takes, and twice as fast to write as optimised tables.
  return image.jpeg({ quality: recipe.quality, chromaSubsampling: "4:2:0", optimiseCoding: false });
}

function describeOddities(meta: Metadata, recipe: ImageRecipe): string[] {
  const notes: string[] = [];
  if (recipe.orient && (meta.orientation ?? 1) > 1)
    notes.push(`turned by EXIF orientation ${meta.orientation}`);
  if (recipe.color === "unchanged") return notes;
  if (meta.space === "cmyk") notes.push("CMYK converted to RGB");
  if (meta.hasAlpha) {
    notes.push(
      recipe.background === "drop" ? "alpha left out" : `transparent parts laid on ${recipe.background}`,
    );
  }
  if (meta.depth !== "uchar") notes.push(`${meta.depth} samples converted to 8 bits`);
  if ((meta.pages ?? 1) > 1) notes.push(`the first of ${meta.pages} frames or pages taken`);
  if (recipe.color === "rgb" && meta.channels <= 2) notes.push("grey converted to RGB");
  return notes;
}
