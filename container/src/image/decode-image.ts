import sharp, { type Sharp } from "sharp";
import { ImageInputError, messageOf } from "../shared/errors.js";
import type { ImageView } from "./image-view.js";
import { MAX_PIXELS, readPictureHeader } from "./picture-header.js";

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
export interface DecodeOptions {
  /** Pixels of the result. */
  readonly width: number;
  /** Pixels of the result. */
  readonly height: number;
  /** Largest accepted picture, in pixels before any scaling. Default 50 million: about 150 MB decoded. */
  readonly maxPixels?: number;
  /** Part and colours to take instead of the whole picture as it is. */
  readonly view?: ImageView;
}

/**
 * Decodes an encoded image (JPEG, PNG, WebP, GIF or TIFF), turns it upright by its EXIF orientation, drops
 * transparency, converts to sRGB and stretches it to `width` x `height`.
 *
 * @returns `width * height * 3` bytes, RGB, row by row.
 * @throws ImageInputError `unreadable` or `too-large`
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions): Promise<Uint8Array> {
  const { width, height, view } = options;
  const maxPixels = options.maxPixels ?? MAX_PIXELS;
  if (bytes.byteLength === 0) throw new ImageInputError("unreadable", "The image is empty (0 bytes).");
  const header = readPictureHeader(bytes);
  if (!header) throw unreadable("its first bytes are of no format that is taken here");
  const pixels = header.width * header.height;
  if (pixels > maxPixels) {
    throw new ImageInputError(
      "too-large",
      `The image has ${header.width} x ${header.height} = ${pixels} pixels, but the limit is ${maxPixels} pixels. Send it scaled down.`,
    );
  }
  try {
    // Its own size is the limit: what turns out larger than its header said has no memory set aside.
    const input = sharp(bytes, { limitInputPixels: pixels, failOn: "error", autoOrient: true, pages: 1 });
    const framed = view ? await applyView(input, view) : input;
    const { data, info } = await framed
      .resize(width, height, { fit: "fill" })
      .removeAlpha()
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return info.channels === 3 ? data : spreadGrey(data, info.channels);
  } catch (cause) {
    throw unreadable(messageOf(cause).trim().split("\n").at(-1) ?? "", cause);
  }
}

function unreadable(why: string, cause?: unknown): ImageInputError {
  return new ImageInputError(
    "unreadable",
    `The image cannot be decoded (${why}). Send a complete JPEG, PNG, WebP, GIF or TIFF file.`,
    { cause },
  );
}

async function applyView(input: Sharp, view: ImageView): Promise<Sharp> {
  const { autoOrient } = await input.metadata();
  const { width = 1, height = 1 } = autoOrient ?? {};
  const left = Math.min(width - 1, Math.floor(view.left * width));
  const top = Math.min(height - 1, Math.floor(view.top * height));
  let image = input.extract({
    left,
    top,
    width: Math.max(1, Math.min(width - left, Math.round(view.width * width))),
    height: Math.max(1, Math.min(height - top, Math.round(view.height * height))),
  });
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
