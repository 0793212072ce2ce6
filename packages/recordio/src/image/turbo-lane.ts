import { AntialiasResizer } from "../resample/antialias-resizer.js";
import { OpenCvResizer } from "../resample/opencv-resizer.js";
import type { PixelArea } from "../resample/pixel-area.js";
import {
  centerSquare,
  type ImageRecipe,
  oversizeOf,
  type PreparedImage,
  targetSize,
} from "./image-recipe.js";
import { isOrdinary, type JpegHeader } from "./jpeg-header.js";
import { readJpeg } from "./jpeg-reader.js";
import { loadTurboAddon, type TurboAddon } from "./turbo-addon.js";
import { turnPixels } from "./turn-pixels.js";

/** Decoding such an image whole takes 4 bytes a pixel of memory in every worker: larger ones go to sharp. */
const MAX_PIXELS = 16_000_000;

/**
 * How much an image decoded at a fraction of its size must still shrink: the rest of the way is averaged over so many
 * pixels at the least, or it would be blurred.
 */
const LEAST_REDUCTION = 1.3;

/** Decodes, resizes and encodes ordinary JPEGs with libjpeg-turbo; one for each thread. */
export class TurboLane {
  readonly #addon: TurboAddon;
  readonly #antialias = new AntialiasResizer();
  readonly #bilinear = new OpenCvResizer();
  #encoded: Buffer = Buffer.alloc(0);

  private constructor(addon: TurboAddon) {
    this.#addon = addon;
  }

  /** A lane, or undefined when the addon cannot be loaded. */
  static create(): TurboLane | undefined {
    const { addon } = loadTurboAddon();
    return addon === undefined ? undefined : new TurboLane(addon);
  }

  /** Whether this lane is the right one for an image: an ordinary JPEG, reduced less than sharp's shrink-on-load wins. */
  takes(header: JpegHeader, recipe: ImageRecipe): boolean {
    if (recipe.lane !== "auto" || recipe.encoding !== "jpeg" || recipe.color !== "rgb") return false;
    if (!isOrdinary(header)) return false;
    const pixels = header.width * header.height;
    if (pixels > recipe.maxPixels) return false;
    const target = targetSize(header.width, header.height, recipe);
    if (oversizeOf(target, header, recipe) !== undefined) return false;
    // What the addon's fast transforms change, resizing averages away; without it files would be up to a tenth larger.
    if (!isResized(header, target, recipe)) return false;
    return pixels <= MAX_PIXELS || reducedSide(header, recipe) !== undefined;
  }

  /**
   * Prepares one image; its bytes are good until the next one.
   *
   * @throws whatever libjpeg-turbo says, a mere warning too: sharp then decides what the image is worth
   */
  prepare(bytes: Buffer, header: JpegHeader, recipe: ImageRecipe): PreparedImage {
    const { notes, ...image } = this.resize(bytes, header, recipe);
    if (header.components === 1) notes.push("grey converted to RGB");
    return {
      bytes: this.#encode(image.pixels, image.width, image.height, recipe.quality),
      width: image.width,
      height: image.height,
      turnedBy: orientationOf(header, recipe),
      notes,
      lane: "turbo",
    };
  }

  /**
   * Decodes and resizes one image, and turns it upright where the recipe says so; its pixels are good until the next one.
   *
   * @throws as `prepare`
   */
  resize(bytes: Buffer, header: JpegHeader, recipe: ImageRecipe): Pixels & { readonly notes: string[] } {
    const orientation = orientationOf(header, recipe);
    const notes: string[] = [];
    const side = reducedSide(header, recipe);
    const image =
      recipe.interpolation === "opencv-bilinear"
        ? this.#decodeAndResizeBilinear(bytes, header, recipe, orientation)
        : side === undefined
          ? this.#decodeAndResize(bytes, header, recipe, orientation)
          : this.#decodeReduced(bytes, header, recipe, orientation, side, notes);
    if (orientation > 1) notes.push(`turned by EXIF orientation ${orientation}`);
    return { ...image, notes };
  }

  /** Resizes first and turns the small image: the filter is the same in both directions. */
  #decodeAndResize(bytes: Buffer, header: JpegHeader, recipe: ImageRecipe, orientation: number): Pixels {
    const { width, height } = header;
    const target = targetAsStored(header, recipe, orientation);
    const area = croppedArea(width, height, 3, recipe);
    const source = this.#antialias.source(width * height * 3);
    this.#addon.decompressSync(bytes, source, { format: this.#addon.FORMAT_RGB });
    return turned(
      this.#antialias.resize(area, target.width, target.height),
      target.width,
      target.height,
      orientation,
    );
  }

  /** Decodes to a half, a quarter or an eighth of the size, which takes a fraction of the time, and resizes that. */
  #decodeReduced(
    bytes: Buffer,
    header: JpegHeader,
    recipe: ImageRecipe,
    orientation: number,
    side: 1 | 2 | 4,
    notes: string[],
  ): Pixels {
    const found = readJpeg(bytes, side);
    if (found?.image === undefined) throw new Error(found?.lost ?? "unusual JPEG");
    notes.push(...found.notes);
    const { pixels, width, height } = found.image;
    this.#antialias.source(pixels.length).set(pixels);
    const target = targetAsStored(header, recipe, orientation);
    const area = { offset: 0, stride: width * 3, width, height };
    const span = { width: (header.width * side) / 8, height: (header.height * side) / 8 };
    const resized = this.#antialias.resize(area, target.width, target.height, span);
    return turned(resized, target.width, target.height, orientation);
  }

  /** Turns first, as cv2.imread does, so that every rounding falls on the same pixel. */
  #decodeAndResizeBilinear(
    bytes: Buffer,
    header: JpegHeader,
    recipe: ImageRecipe,
    orientation: number,
  ): Pixels {
    const source = this.#bilinear.source(header.width * header.height * 4);
    this.#addon.decompressSync(bytes, source, { format: this.#addon.FORMAT_RGBX });
    const image = turned(source, header.width, header.height, orientation);
    if (image.pixels !== source) source.set(image.pixels);
    const target = targetSize(image.width, image.height, recipe);
    const area = croppedArea(image.width, image.height, 4, recipe);
    return { pixels: this.#bilinear.resize(area, target.width, target.height), ...target };
  }

  #encode(pixels: Buffer, width: number, height: number, quality: number): Buffer {
    const subsampling = this.#addon.SAMP_420;
    const needed = this.#addon.bufferSize({ width, height, subsampling });
    if (this.#encoded.length < needed) this.#encoded = Buffer.allocUnsafeSlow(needed);
    const options = { format: this.#addon.FORMAT_RGBX, width, height, subsampling, quality };
    return this.#addon.compressSync(pixels, this.#encoded, options);
  }
}

/** Four bytes a pixel, the fourth without meaning. */
interface Pixels {
  readonly pixels: Buffer;
  readonly width: number;
  readonly height: number;
}

function orientationOf(header: JpegHeader, { orient }: ImageRecipe): number {
  return orient ? header.orientation : 1;
}

/** Whether the sides become others than those of the image, or of the square cut out of it. */
function isResized(
  { width, height }: JpegHeader,
  target: { readonly width: number; readonly height: number },
  { centerCrop }: ImageRecipe,
): boolean {
  const side = Math.min(width, height);
  return target.width !== (centerCrop ? side : width) || target.height !== (centerCrop ? side : height);
}

/** Sides after the recipe's resize of an image that is turned only then. */
function targetAsStored(
  { width, height }: JpegHeader,
  recipe: ImageRecipe,
  orientation: number,
): { width: number; height: number } {
  if (orientation < 5) return targetSize(width, height, recipe);
  const upright = targetSize(height, width, recipe);
  return { width: upright.height, height: upright.width };
}

/** Pixels that a side of a block of 8 is decoded to; undefined where an image is to be decoded whole. */
function reducedSide(header: JpegHeader, recipe: ImageRecipe): 1 | 2 | 4 | undefined {
  if (recipe.interpolation !== "antialias" || header.progressive) return undefined;
  // A square that is cut out need not begin where a block does.
  if (recipe.centerCrop && header.width !== header.height) return undefined;
  const target = targetAsStored(header, recipe, orientationOf(header, recipe));
  const reduction = Math.min(header.width / target.width, header.height / target.height);
  return ([1, 2, 4] as const).find((side) => (reduction * side) / 8 >= LEAST_REDUCTION);
}

/** Eight bits, YCC or grey, Huffman coded: what every camera and web page makes. */
function croppedArea(width: number, height: number, channels: number, recipe: ImageRecipe): PixelArea {
  const stride = width * channels;
  if (!recipe.centerCrop) return { offset: 0, stride, width, height };
  const { left, top, side } = centerSquare(width, height);
  return { offset: top * stride + left * channels, stride, width: side, height: side };
}

function turned(pixels: Buffer, width: number, height: number, orientation: number): Pixels {
  if (orientation === 1) return { pixels, width, height };
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4);
  const out = turnPixels(words, width, height, orientation);
  const { buffer, byteOffset, byteLength } = out.pixels;
  return { pixels: Buffer.from(buffer, byteOffset, byteLength), width: out.width, height: out.height };
}
