import { namedError } from "@sightline/foundation/named-error";

/** How an image's sides change. Never distorts unless `exact`. */
export type ResizeMode =
  /** The shorter side becomes `pixels`, the longer `floor(long x pixels / short)` (im2rec's `--resize`); also enlarges. */
  | {
      readonly kind: "short-edge";
      /** Of the shorter side, 1 to 65500. */
      readonly pixels: number;
    }
  /** Both sides become what is given; distorts when the shape differs. */
  | {
      readonly kind: "exact";
      /** In pixels, 1 to 65500. */
      readonly width: number;
      /** In pixels, 1 to 65500. */
      readonly height: number;
    }
  /** As large as fits into the box, shape kept; never enlarged. */
  | {
      readonly kind: "fit";
      /** In pixels, 1 to 65500. */
      readonly width: number;
      /** In pixels, 1 to 65500. */
      readonly height: number;
    };

/** What is done to each image's pixels, and how they are encoded. All of it counts for the fingerprint. */
export interface ImageRecipe {
  /** Store the file's bytes as they are. The image is still checked. Default false. */
  readonly passThrough: boolean;
  /** Default: sides as they are. */
  readonly resize: ResizeMode | undefined;
  /** Cut the largest centred square out before resizing. Default false. */
  readonly centerCrop: boolean;
  /**
   * How pixels are taken together. `"antialias"` (default): every source pixel counts. `"opencv-bilinear"`: four
   * neighbours, as im2rec's cv2.resize, which aliases when it shrinks by more than two.
   */
  readonly interpolation: "antialias" | "opencv-bilinear";
  /** `"rgb"` (default): three channels; `"grey"`: one; `"unchanged"`: as in the file, alpha included (PNG only). */
  readonly color: "rgb" | "grey" | "unchanged";
  /** Turn the image as its EXIF orientation says. Default true. */
  readonly orient: boolean;
  /** Colour under transparent pixels as `#rrggbb`, or `"drop"` to leave alpha out unblended, as im2rec. Default `#ffffff`. */
  readonly background: string;
  /** How images are stored, unless `passThrough`. Default `"jpeg"`: baseline, 4:2:0. */
  readonly encoding: "jpeg" | "png";
  /** JPEG: 1 to 100, default 95. PNG: zlib level 0 to 9. */
  readonly quality: number;
  /** Images with more pixels are refused before they are decoded: protects memory. Default 64 million. */
  readonly maxPixels: number;
  /** Which codec: `"auto"` (default) chooses for each image; `"sharp"` keeps to sharp. */
  readonly lane: "auto" | "sharp";
}

/** An image that is ready to be packed. */
export interface PreparedImage {
  /** Encoded bytes; good until the next image is prepared by the same thread. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** EXIF orientation that it was turned by, 2 to 8; 1 where it was not. */
  readonly turnedBy: number;
  /** What was done beyond resizing, such as `"turned by EXIF orientation 6"`; empty for an ordinary image. */
  readonly notes: readonly string[];
  /** Which codec did the work. */
  readonly lane: "pass-through" | "sharp" | "turbo";
}

/** Largest image taken unless told otherwise: 64 million pixels are 192 MB as RGB. */
export const DEFAULT_MAX_PIXELS = 64_000_000;

/**
 * Sides after the recipe's crop and resize, in pixels.
 *
 * @param width of the image as it stands upright
 */
export function targetSize(
  width: number,
  height: number,
  recipe: Pick<ImageRecipe, "centerCrop" | "resize">,
): { width: number; height: number } {
  const side = Math.min(width, height);
  const [w, h] = recipe.centerCrop ? [side, side] : [width, height];
  const resize = recipe.resize;
  switch (resize?.kind) {
    case undefined:
      return { width: w, height: h };
    case "short-edge":
      return h > w
        ? { width: resize.pixels, height: Math.floor((h * resize.pixels) / w) }
        : { width: Math.floor((w * resize.pixels) / h), height: resize.pixels };
    case "exact":
      return { width: resize.width, height: resize.height };
    case "fit": {
      const scale = Math.min(1, resize.width / w, resize.height / h);
      return { width: Math.max(1, Math.round(w * scale)), height: Math.max(1, Math.round(h * scale)) };
    }
  }
}

/** Longest side that a JPEG can have, in pixels (libjpeg's JPEG_MAX_DIMENSION). */
export const MAX_JPEG_SIDE = 65500;

/**
 * Why an image cannot be given these sides: a strip one pixel wide, enlarged by its shorter side, would have gigapixels.
 *
 * @param source sides of the image as it stands
 * @returns undefined when it can
 */
export function oversizeOf(
  target: { readonly width: number; readonly height: number },
  source: { readonly width: number; readonly height: number },
  recipe: Pick<ImageRecipe, "encoding" | "maxPixels">,
): string | undefined {
  const { width, height } = target;
  const result = `the image of ${source.width}x${source.height} pixels would become ${width}x${height}`;
  if (recipe.encoding === "jpeg" && Math.max(width, height) > MAX_JPEG_SIDE) {
    return `${result}; a side of a JPEG has at most ${MAX_JPEG_SIDE} pixels`;
  }
  const pixels = width * height;
  if (pixels > recipe.maxPixels && pixels > source.width * source.height) {
    return `${result}, more than ${recipe.maxPixels} pixels; raise maxPixels (--max-pixels) to allow it`;
  }
  return undefined;
}

/** What {@link oversizeOf} says, thrown. */
export class OversizeError extends namedError("OversizeError", Error) {}

/** The centred square that `centerCrop` keeps, as im2rec cuts it: `(long - short) // 2` pixels off the start. */
export function centerSquare(width: number, height: number): { left: number; top: number; side: number } {
  const side = Math.min(width, height);
  return { left: Math.floor((width - side) / 2), top: Math.floor((height - side) / 2), side };
}
