import type { BoxReport } from "../boxes/box-report.js";
import type { ImageProblem } from "../errors.js";
import {
  DEFAULT_MAX_PIXELS,
  type ImageRecipe,
  MAX_JPEG_SIDE,
  type ResizeMode,
} from "../image/image-recipe.js";

/** Options of {@link packRecordIO}. */
export interface PackOptions extends Partial<ImageRecipe> {
  /** Where to write: `out/train` or `out/train.rec`; `.rec`, `.idx`, `.lst` and the report lie beside each other. */
  readonly output: string;
  /**
   * An image that cannot be packed: `"fail"` (default) looks through the whole list, then ends the run with an error that
   * names all such images, and leaves no output; `"skip"` leaves it out; `"placeholder"` packs a grey image, so that ids
   * and counts stay. Each is listed in the report.
   */
  readonly onError?: "fail" | "skip" | "placeholder";
  /** Write every label behind the header (flag = number of labels). Default: only where there is not exactly one. */
  readonly packLabels?: boolean;
  /** Write a `.lst` of the packed images beside the `.rec`. Default true; im2rec keeps the list that it was given. */
  readonly writeList?: boolean;
  /** Take a list in which an id occurs more than once, as im2rec does. Default false. */
  readonly allowDuplicateIds?: boolean;
  /**
   * For lists of {@link listFromBoxes}: a box of which less than this share of its area is left, 0 to 1, by `centerCrop` or at
   * the image's border, is dropped. Default 0.3, as MXNet's own croppers do. Images without a box left are left out.
   */
  readonly minBoxShare?: number;
  /** Worker threads. Default: the processors that this process may use. 0 works in the calling thread. */
  readonly workers?: number;
  /** Stops the run, which rejects with its reason; the next run goes on from there. */
  readonly signal?: AbortSignal;
}

/** How far a run is. */
export interface PackProgress {
  readonly kind: "progress";
  /** Images done, of `total`. */
  readonly done: number;
  /** Images in the list. */
  readonly total: number;
  /** Bytes of the `.rec` so far. */
  readonly bytes: number;
}

/** One image that was not taken as it is. */
export interface PackNote {
  /** Id of its list entry. */
  readonly id: number;
  /** Its path, as it stands in the list. */
  readonly path: string;
  /**
   * `"skipped"` and `"placeholder"` lost the image, `"failed"` will end the run; `"converted"` changed it beyond resizing,
   * or found something odd that cost no pixel.
   */
  readonly action: "skipped" | "placeholder" | "failed" | "converted";
  /** The kind of problem, for a lost image. */
  readonly problem?: ImageProblem;
  /** What happened, in words. */
  readonly reason: string;
}

/** What happens in a run. */
export type PackEvent =
  | PackProgress
  /** A killed run is gone on with. */
  | {
      readonly kind: "resumed";
      /** Entries of the list that it had done. */
      readonly records: number;
    }
  /** An image cannot be packed. */
  | {
      readonly kind: "problem";
      /** Which, and why. */
      readonly note: PackNote;
    };

/** What a run did; also written as JSON beside the output. */
export interface PackReport {
  /** Images in the list, less those that have no box left. */
  readonly listed: number;
  /** Records in the `.rec`. */
  readonly records: number;
  /** Images left out. */
  readonly skipped: number;
  /** Grey images in the place of lost ones. */
  readonly placeholders: number;
  /** Records taken over from an earlier run because nothing about them changed. */
  readonly reused: number;
  /** True when an earlier run's output was complete and current, and nothing was written. */
  readonly unchanged: boolean;
  /** Size of the `.rec` in bytes. */
  readonly bytes: number;
  /** Records by label (first label of each); of boxes, records by each class that they have a box of. */
  readonly recordsByLabel: Readonly<Record<string, number>>;
  /** Names of the classes by label, where the list knows them. */
  readonly classes: readonly string[];
  /** Every image that was not taken as it is, in list order. */
  readonly notes: readonly PackNote[];
  /** What became of the boxes, for a list of {@link listFromBoxes}. */
  readonly boxes?: BoxReport;
  /** Wall time of the run, in seconds. */
  readonly seconds: number;
}

/** What a run wrote. */
export interface PackResult {
  /** The records. */
  readonly recPath: string;
  /** Ids and places of the records. */
  readonly idxPath: string;
  /** The list of the packed images; not there with `writeList: false`. */
  readonly lstPath: string;
  /** The report as JSON. */
  readonly reportPath: string;
  /** What the run did. */
  readonly report: PackReport;
}

/** Fills in the defaults. @throws RangeError when a number is out of its range */
export function recipeOf(options: Partial<ImageRecipe>): ImageRecipe {
  const encoding = options.encoding ?? "jpeg";
  const recipe: ImageRecipe = {
    passThrough: options.passThrough ?? false,
    resize: options.resize,
    centerCrop: options.centerCrop ?? false,
    interpolation: options.interpolation ?? "antialias",
    color: options.color ?? "rgb",
    orient: options.orient ?? true,
    background: options.background ?? "#ffffff",
    encoding,
    quality: options.quality ?? (encoding === "jpeg" ? 95 : 6),
    maxPixels: options.maxPixels ?? DEFAULT_MAX_PIXELS,
    lane: options.lane ?? "auto",
  };
  checkRecipe(recipe);
  return recipe;
}

function checkRecipe(recipe: ImageRecipe): void {
  for (const [name, choices] of Object.entries(CHOICES)) {
    checkChoice(name, recipe[name as keyof typeof CHOICES], choices);
  }
  const [low, high] = recipe.encoding === "jpeg" ? [1, 100] : [0, 9];
  if (!Number.isInteger(recipe.quality) || recipe.quality < low || recipe.quality > high) {
    throw new RangeError(
      `quality must be a whole number from ${low} to ${high} for ${recipe.encoding}, not ${recipe.quality}.`,
    );
  }
  if (!(recipe.maxPixels >= 1))
    throw new RangeError(`maxPixels must be a number from 1, not ${recipe.maxPixels}.`);
  if (recipe.resize !== undefined) checkChoice("resize.kind", recipe.resize.kind, RESIZE_KINDS);
  const sides =
    recipe.resize === undefined
      ? []
      : recipe.resize.kind === "short-edge"
        ? [recipe.resize.pixels]
        : [recipe.resize.width, recipe.resize.height];
  for (const side of sides) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_JPEG_SIDE) {
      throw new RangeError(`A side must be a whole number from 1 to ${MAX_JPEG_SIDE} pixels, not ${side}.`);
    }
  }
}

const RESIZE_KINDS: readonly ResizeMode["kind"][] = ["short-edge", "exact", "fit"];

const CHOICES = {
  interpolation: ["antialias", "opencv-bilinear"],
  color: ["rgb", "grey", "unchanged"],
  encoding: ["jpeg", "png"],
  lane: ["auto", "sharp"],
} as const satisfies { readonly [name in keyof ImageRecipe]?: readonly ImageRecipe[name][] };

/** For callers without types. @throws RangeError when a value is none of its choices */
export function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (choices.includes(value)) return;
  const known = choices.map((choice) => `"${choice}"`).join(", ");
  throw new RangeError(`${name} must be one of ${known}, not ${JSON.stringify(value)}.`);
}
