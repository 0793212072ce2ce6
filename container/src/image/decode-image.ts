import type { ImageInput } from "@sightline/contract/image-input";
import { decodeJpeg, decodeResizedJpeg } from "@sightline/recordio";
import sharp, { type Sharp } from "sharp";
import { messageOf } from "../shared/errors.js";
import { checkPicture, unreadable } from "./check-picture.js";
import type { ImageView } from "./image-view.js";
import type { PictureHeader } from "./picture-header.js";

// One picture is decoded by one thread; the processes around this one use the other cores. Nothing is read twice.
sharp.concurrency(1);
sharp.cache(false);

// libvips takes any format it can recognise, whatever the caller says it is. SVG is a language: two kilobytes of nested
// <use> draw for ever. Only what the messages below offer is decoded.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Tiff"].map((format) => `VipsForeignLoad${format}`),
});

/** Limits and geometry of one decoding. */
export interface DecodeOptions
  extends Pick<ImageInput, "width" | "height" | "fit" | "resize" | "padValue" | "resample"> {
  /** Largest accepted picture, in pixels before any scaling. Default 50 million: about 150 MB decoded. */
  readonly maxPixels?: number;
  /** Part and colours to take instead of the whole picture as it is. */
  readonly view?: ImageView;
}

/** A picture's pixels. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` bytes, RGB, row by row. */
  readonly rgb: Uint8Array;
}

/** libvips' names for the kernels; its cubic is Catmull-Rom, as Pillow's. */
const KERNELS = { bilinear: "linear", bicubic: "cubic", lanczos: "lanczos3" } as const;

/**
 * A small JPEG of a picture, whole and upright, in a square of `side` pixels.
 *
 * @throws ImageInputError as {@link decodeImage}
 */
export async function makeThumbnail(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const rgb = await decodeImage(bytes, { width: side, height: side, fit: "letterbox" });
  const raw = { width: side, height: side, channels: 3 } as const;
  return await sharp(rgb, { raw }).jpeg({ quality: 80 }).toBuffer();
}

/** What models that are trained on letterboxed pictures know as the empty margin (YOLO's). */
const LETTERBOX_GREY = 114;

/**
 * Decodes a picture as {@link decodeImage}, ordinary JPEGs faster, but leaves one that would only be stretched to more pixels at its own
 * size: enlarging is cheaper where the model's input is written (`PictureTensor`).
 *
 * @throws ImageInputError `unreadable` or `too-large`
 */
export async function decodePicture(bytes: Uint8Array, options: DecodeOptions): Promise<DecodedPicture> {
  const { width, height } = options;
  const header = checkPicture(bytes, options.maxPixels);
  if (!isOnlyEnlarged(header, options))
    return decodeOrdinary(bytes, options) ?? { width, height, rgb: await decodeImage(bytes, options) };
  return (
    decodeJpeg(bytes, header.width * header.height) ?? (await readPixels(bytes, header, (image) => image))
  );
}

/** The cubic filter that enlarges takes four neighbours, which must be there. */
const LEAST_WIDTH = 4;

/** Whichever way its orientation turns it, the picture is within the input's size, and is stretched to it. */
function isOnlyEnlarged(header: PictureHeader, options: DecodeOptions): boolean {
  const { width, height, fit = "stretch", resize, view, resample } = options;
  // By its name, which holds for shrinking alone elsewhere, libvips enlarges linearly as well.
  if (fit !== "stretch" || resize !== undefined || view !== undefined || resample === "bilinear")
    return false;
  const [shorter, longer] = [Math.min(header.width, header.height), Math.max(header.width, header.height)];
  return shorter >= LEAST_WIDTH && longer <= Math.min(width, height);
}

/** Larger files are read with memory that is given back. */
const MOST_ORDINARY_BYTES = 8 * 2 ** 20;
/** As many pixels may be decoded whole: where less than so many times the result's sides are there, scaling within the decoder does not help. */
const MOST_WHOLE_PIXELS = 4_000_000;
const SCALED_FROM = 3;

/** Undefined for what is no ordinary JPEG, and for what is not made smaller in the ordinary way. */
function decodeOrdinary(bytes: Uint8Array, options: DecodeOptions): DecodedPicture | undefined {
  const { width, height, fit, resample, view } = options;
  if (view !== undefined || resample !== undefined || fit === "letterbox") return undefined;
  if (bytes.byteLength > MOST_ORDINARY_BYTES) return undefined;
  const isCut = fit === "crop" || options.resize !== undefined;
  const whole = decodeResizedJpeg(bytes, (across, down) => {
    const size = isCut ? wholeSize(across, down, options) : { width, height };
    const times = size ? Math.min(across / size.width, down / size.height) : 0;
    return across * down <= MOST_WHOLE_PIXELS || times >= SCALED_FROM ? size : undefined;
  });
  if (whole === undefined || !isCut) return whole;
  const rgb = new Uint8Array(width * height * 3);
  const [left, top] = [middle(whole.width - width), middle(whole.height - height)];
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * whole.width + left) * 3;
    rgb.set(whole.rgb.subarray(start, start + width * 3), y * width * 3);
  }
  return { width, height, rgb };
}

/**
 * Decodes an encoded image (JPEG, PNG, WebP, GIF or TIFF), turns it upright by its EXIF orientation, drops
 * transparency, converts to sRGB and brings it to `width` x `height`.
 *
 * @returns `width * height * 3` bytes, RGB, row by row.
 * @throws ImageInputError `unreadable` or `too-large`
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions): Promise<Uint8Array> {
  const { width, height, resample, padValue: grey = LETTERBOX_GREY } = options;
  const { rgb } = await readPixels(bytes, checkPicture(bytes, options.maxPixels), async (input) => {
    const kernel = {
      kernel: KERNELS[resample ?? "bilinear"],
      // Scaling within the JPEG decoder is none of these kernels: who names one gets less of it.
      fastShrinkOnLoad: resample === undefined,
    };
    const whole = await wholeSizeOf(input, options);
    if (whole)
      return input.resize(whole.width, whole.height, { fit: "fill", ...kernel }).extract({
        left: middle(whole.width - width),
        top: middle(whole.height - height),
        width,
        height,
      });
    return (await frame(input, options)).resize(width, height, {
      fit: options.fit === "letterbox" ? "contain" : "fill",
      background: { r: grey, g: grey, b: grey },
      ...kernel,
    });
  });
  return rgb;
}

/** Decodes a picture and lays it out as `layOut` says. @throws ImageInputError `unreadable` */
async function readPixels(
  bytes: Uint8Array,
  { width: across, height: down }: PictureHeader,
  layOut: (input: Sharp) => Sharp | Promise<Sharp>,
): Promise<DecodedPicture> {
  try {
    // Its own size is the limit: what turns out larger than its header said has no memory set aside.
    const limits = { limitInputPixels: across * down, failOn: "error", autoOrient: true, pages: 1 } as const;
    const laidOut = await layOut(sharp(bytes, limits));
    const { data, info } = await laidOut
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, rgb: channels === 3 ? data : spreadGrey(data, channels) };
  } catch (cause) {
    throw unreadable(messageOf(cause).trim().split("\n").at(-1) ?? "", cause);
  }
}

/** A whole picture is made smaller before its middle is cut out while that is at most so many times the result. */
const MOST_WHOLE = 16;

/** {@link wholeSize}; undefined too where nothing is cut out. */
async function wholeSizeOf(
  input: Sharp,
  options: DecodeOptions,
): Promise<{ readonly width: number; readonly height: number } | undefined> {
  if (options.view || (options.fit !== "crop" && options.resize === undefined)) return undefined;
  const { autoOrient } = await input.metadata();
  return wholeSize(autoOrient?.width ?? 1, autoOrient?.height ?? 1, options);
}

/**
 * The size that a picture has before its middle is cut out, as torchvision computes it; undefined where it would be so large
 * that cutting must go first: a strip of one pixel by a million would fill the memory.
 */
function wholeSize(
  across: number,
  down: number,
  { width, height, fit, resize }: DecodeOptions,
): { readonly width: number; readonly height: number } | undefined {
  if (fit !== "crop") return { width: resize!, height: resize! };
  const times = Math.max(width / across, height / down, (resize ?? 0) / Math.min(across, down));
  // The addition undoes what dividing and multiplying lose of a whole number.
  const whole = { width: Math.trunc(across * times + 1e-6), height: Math.trunc(down * times + 1e-6) };
  const area = (resize ?? Math.max(width, height)) ** 2;
  return whole.width * whole.height <= MOST_WHOLE * area ? whole : undefined;
}

/** Half of what is cut away, rounded as Python rounds. */
function middle(rest: number): number {
  const half = Math.floor(rest / 2);
  return rest % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}

interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Takes the part of the picture that the view and the crop leave, mirrored, coloured and turned as the view says. */
async function frame(input: Sharp, { view, ...options }: DecodeOptions): Promise<Sharp> {
  if (!view && options.fit !== "crop") return input;
  const { autoOrient } = await input.metadata();
  const { width = 1, height = 1 } = autoOrient ?? {};
  const seen = view
    ? {
        left: view.left * width,
        top: view.top * height,
        width: view.width * width,
        height: view.height * height,
      }
    : { left: 0, top: 0, width, height };
  const region = middleOf(seen, options);
  const left = Math.min(width - 1, Math.floor(region.left));
  const top = Math.min(height - 1, Math.floor(region.top));
  const image = input.extract({
    left,
    top,
    width: Math.max(1, Math.min(width - left, Math.round(region.width))),
    height: Math.max(1, Math.min(height - top, Math.round(region.height))),
  });
  return view ? applyView(image, view) : image;
}

/** What is left of a part of the picture when it is brought to `resize` as `fit` says and its middle is cut out. */
function middleOf(part: Region, { width, height, fit, resize }: DecodeOptions): Region {
  if (fit !== "crop" && resize === undefined) return part;
  // Pixels of the picture for one of the result, across and down.
  const most = Math.min(part.width / width, part.height / height);
  const shorter = Math.min(part.width, part.height);
  const even = resize === undefined ? most : Math.min(most, shorter / resize);
  const [x, y] = fit === "crop" ? [even, even] : [part.width / resize!, part.height / resize!];
  const size = { width: width * x, height: height * y };
  return {
    left: part.left + (part.width - size.width) / 2,
    top: part.top + (part.height - size.height) / 2,
    ...size,
  };
}

function applyView(input: Sharp, view: ImageView): Sharp {
  let image = input;
  if (view.flip) image = image.flop();
  if (view.colour) image = image.modulate(view.colour);
  if (view.shear || view.degrees) {
    const angle = ((view.degrees ?? 0) * Math.PI) / 180;
    const shear = view.shear ?? 0;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    image = image.affine([cos, -sin + shear * cos, sin, cos + shear * sin], { background: "#808080" });
  }
  return image;
}

/** Grey pictures come with one channel, those with an odd colour space with two or four: repeat or cut to RGB. */
function spreadGrey(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) out[i * 3 + c] = data[i * channels + Math.min(c, channels > 2 ? 2 : 0)]!;
  }
  return out;
}
