import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Metadata, Sharp, SharpOptions } from "sharp";
import { RecordIOError } from "../errors.js";
import { resizeOpenCvBilinear } from "../resample/opencv-bilinear.js";
import { decodeBmp } from "./bmp.js";
import {
  centerSquare,
  DEFAULT_MAX_PIXELS,
  type ImageRecipe,
  OversizeError,
  oversizeOf,
  type PreparedImage,
  type ResizeMode,
  targetSize,
} from "./image-recipe.js";
import { imageSize } from "./image-size.js";

type SharpModule = typeof import("sharp").default;

const require = createRequire(import.meta.url);
let loaded: SharpModule | undefined;

/** Loads libvips when the first image needs it: a run of ordinary JPEGs never does, in none of its threads. */
function loadSharp(): SharpModule {
  if (loaded === undefined) {
    loaded = requireSharp(() => require("sharp") as SharpModule);
    // One thread an image, since many images run at once; every image is seen once, so a cache only holds memory.
    loaded.concurrency(1);
    loaded.cache(false);
  }
  return loaded;
}

/** Says what to do where it is not installed: a bundle cannot hold it. */
function requireSharp<T>(load: () => T): T {
  try {
    return load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw cause;
    throw new RecordIOError(
      "The package sharp is not installed where @sightline/recordio looks for it: a bundle must leave @sightline/recordio external, and have it installed beside.",
      { cause },
    );
  }
}

/** sharp's version, part of the fingerprint; found without loading it. */
export function sharpVersion(): string {
  for (
    let folder = dirname(requireSharp(() => require.resolve("sharp")));
    folder !== dirname(folder);
    folder = dirname(folder)
  ) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
        string,
        string
      >;
      if (name === "sharp") return `sharp ${version}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "sharp";
}

/**
 * Whether libvips may read HEIC: the one that comes with sharp has no decoder for HEVC; of an installed one nothing is
 * known until it is tried.
 */
export function mayReadHeic(): boolean {
  // Only the binaries that come with sharp name the AV1 library that they are built with.
  return loadSharp().versions.aom === undefined;
}

/** Decodes, turns, crops, resizes and encodes one image with libvips. */
export async function prepareWithSharp(bytes: Uint8Array, recipe: ImageRecipe): Promise<PreparedImage> {
  const input = inputOf(bytes, recipe.maxPixels);
  const options = { failOn: "error", limitInputPixels: recipe.maxPixels } as const;
  const meta = await input({ ...options, ignoreIcc: true }).metadata();
  const swapped = recipe.orient && (meta.orientation ?? 1) >= 5;
  const frameHeight = meta.pageHeight ?? meta.height;
  const width = swapped ? frameHeight : meta.width;
  const height = swapped ? meta.width : frameHeight;
  const target = targetSize(width, height, recipe);
  const oversize = oversizeOf(target, { width, height }, recipe);
  if (oversize !== undefined) throw new OversizeError(oversize);
  // A CMYK image means nothing without its profile; elsewhere loaders of training data ignore profiles.
  let image = input({ ...options, ignoreIcc: meta.space !== "cmyk", sequentialRead: true });
  if (recipe.orient) image = image.autoOrient();
  const square = recipe.centerCrop ? centerSquare(width, height) : undefined;
  const resizing = target.width !== (square?.side ?? width) || target.height !== (square?.side ?? height);
  if (square !== undefined && width !== height) {
    image = image.extract({ left: square.left, top: square.top, width: square.side, height: square.side });
  }
  if (resizing && recipe.interpolation === "opencv-bilinear") {
    image = await resizeAsOpenCv(applyColor(image, meta, recipe), target);
  } else {
    if (resizing) image = image.resize({ ...target, fit: "fill", kernel: "linear", fastShrinkOnLoad: true });
    image = applyColor(image, meta, recipe);
  }
  const { data, info } = await encode(image, recipe).toBuffer({ resolveWithObject: true });
  const notes = describeOddities(meta, recipe);
  return {
    bytes: recipe.encoding === "jpeg" ? withJfif(data) : data,
    width: info.width,
    height: info.height,
    turnedBy: recipe.orient ? (meta.orientation ?? 1) : 1,
    notes,
    lane: "sharp",
  };
}

/** Sides as stored and EXIF orientation, as {@link prepareWithSharp} sees them. */
export async function sharpMetadata(
  bytes: Uint8Array,
): Promise<{ width: number; height: number; orientation: number; format: string }> {
  const { width, height, pageHeight, orientation, format } = await loadSharp()(bytes).metadata();
  return { width, height: pageHeight ?? height, orientation: orientation ?? 1, format };
}

/** Opens an image, decoded here where libvips cannot. @throws BmpError */
function inputOf(bytes: Uint8Array, maxPixels: number): (options: SharpOptions) => Sharp {
  const sharp = loadSharp();
  if (imageSize(bytes)?.format !== "bmp") return (options) => sharp(bytes, options);
  const { pixels, width, height, channels } = decodeBmp(bytes, maxPixels);
  return (options) => sharp(pixels, { ...options, raw: { width, height, channels } });
}

/** Takes the pixels out, resizes them as cv2.resize does, and gives them back to libvips to encode. */
async function resizeAsOpenCv(image: Sharp, target: { width: number; height: number }): Promise<Sharp> {
  const { data, info } = await image.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const out = Buffer.allocUnsafe(target.width * target.height * channels);
  const area = { offset: 0, stride: width * channels, width, height };
  resizeOpenCvBilinear(data, area, channels, out, target.width, target.height);
  const resized = loadSharp()(out, { raw: { ...target, channels } });
  // libvips would make three channels of one.
  return channels <= 2 ? resized.toColourspace("b-w") : resized;
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
  const input = inputOf(bytes, maxPixels);
  const options = {
    failOn: "error",
    limitInputPixels: maxPixels,
    ignoreIcc: true,
    sequentialRead: true,
  } as const;
  const { width, height, pageHeight } = await input(options).metadata();
  // Any resizing leaves rows out: libvips then never decodes the last ones.
  await input(options).extractChannel(0).raw({ depth: "uchar" }).toBuffer();
  return { width, height: pageHeight ?? height };
}

/** A small JPEG of an image, `height` pixels high, turned upright; broken images give what can be decoded. */
export async function thumbnail(bytes: Uint8Array, height: number): Promise<Uint8Array> {
  return await inputOf(
    bytes,
    DEFAULT_MAX_PIXELS,
  )({ failOn: "none", limitInputPixels: DEFAULT_MAX_PIXELS })
    .autoOrient()
    .resize({ height })
    .flatten({ background: "#ffffff" })
    .jpeg({ quality: 80 })
    .toBuffer();
}

/** A flat grey image of the recipe's size (224 pixels where it names none), for `onError: "placeholder"`. */
export async function placeholderImage(recipe: ImageRecipe): Promise<Uint8Array> {
  const { width, height } = placeholderSize(recipe.resize);
  const image = loadSharp()({
    create: { width, height, channels: 3, background: { r: 128, g: 128, b: 128 } },
  });
  return await encode(image, recipe).toBuffer();
}

function placeholderSize(resize: ResizeMode | undefined): { width: number; height: number } {
  if (resize === undefined) return { width: 224, height: 224 };
  return resize.kind === "short-edge" ? { width: resize.pixels, height: resize.pixels } : resize;
}

function losesAlpha(meta: Metadata, recipe: ImageRecipe): boolean {
  return meta.hasAlpha && (recipe.color !== "unchanged" || recipe.encoding === "jpeg");
}

/** Whether alpha is left out without a background. */
function dropsAlpha(recipe: ImageRecipe): boolean {
  return recipe.background === "drop" || recipe.color === "unchanged";
}

function applyColor(image: Sharp, meta: Metadata, recipe: ImageRecipe): Sharp {
  let result = image;
  if (losesAlpha(meta, recipe)) {
    result = dropsAlpha(recipe) ? result.removeAlpha() : result.flatten({ background: recipe.background });
  }
  const isGrey = meta.channels <= 2;
  if (recipe.color === "unchanged") return isGrey ? result.toColourspace("b-w") : result;
  if (recipe.color === "rgb") return result.toColourspace("srgb");
  if (isGrey) return result.toColourspace("b-w");
  // The luma of JPEG, OpenCV and Pillow; libvips' own greyscale goes through linear light.
  return result.recomb([LUMA, LUMA, LUMA]).extractChannel(0).toColourspace("b-w");
}

/** ITU-R BT.601 luma weights of red, green and blue. */
const LUMA: [number, number, number] = [0.299, 0.587, 0.114];

function encode(colored: Sharp, recipe: ImageRecipe): Sharp {
  const image = recipe.color === "grey" ? colored.toColourspace("b-w") : colored;
  if (recipe.encoding === "png") return image.png({ compressionLevel: Math.min(9, recipe.quality) });
  // Plain baseline JPEG: what every MXNet reader takes, and twice as fast to write as optimised tables.
  return image.jpeg({ quality: recipe.quality, chromaSubsampling: "4:2:0", optimiseCoding: false });
}

/** APP0 of JFIF 1.01 without a density, as libjpeg writes it. */
const JFIF = Buffer.from("ffe000104a46494600010100000100010000", "hex");

/** Puts back the JFIF marker that libvips leaves out together with metadata; with it the bytes are OpenCV's. */
function withJfif(jpeg: Buffer): Buffer {
  return jpeg.readUInt16BE(2) === 0xffe0
    ? jpeg
    : Buffer.concat([jpeg.subarray(0, 2), JFIF, jpeg.subarray(2)]);
}

function describeOddities(meta: Metadata, recipe: ImageRecipe): string[] {
  const notes: string[] = [];
  if (recipe.orient && (meta.orientation ?? 1) > 1)
    notes.push(`turned by EXIF orientation ${meta.orientation}`);
  if (meta.space === "cmyk") notes.push("CMYK converted to RGB");
  if (losesAlpha(meta, recipe)) {
    notes.push(dropsAlpha(recipe) ? "alpha left out" : `transparent parts laid on ${recipe.background}`);
  }
  if (meta.depth !== "uchar") notes.push(`${meta.depth} samples converted to 8 bits`);
  if ((meta.pages ?? 1) > 1) notes.push(`the first of ${meta.pages} frames or pages taken`);
  if (recipe.color === "rgb" && meta.channels <= 2) notes.push("grey converted to RGB");
  return notes;
}
