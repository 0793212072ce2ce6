import type { Detection } from "./detection.js";
import type { DetectResult, JobOptions, ModelOptions, RenderOptions } from "./mark-up-options.js";
import type { LimitOptions } from "./pipeline/limits.js";

/** Options of `markUpImages`. */
export interface MarkUpImagesOptions
  extends ModelOptions,
    Pick<RenderOptions, "annotate">,
    Pick<JobOptions, "workers" | "pool" | "signal">,
    Pick<LimitOptions, "maxFramePixels"> {
  /** Where to write one JSON line a picture. Default: `detections.jsonl` in the output folder. */
  readonly detectionsPath?: string;
  /**
   * What happens when a picture cannot be read: `fail` ends all with an `UnreadableImageError`, `skip` goes on
   * and lists it in the result. Default `fail`.
   */
  readonly onError?: "fail" | "skip";
}

/** What was found in one picture: one line of the JSON lines output. */
export interface ImageDetections {
  /** Path inside the input folder, with slashes; of a file given by itself, its name. */
  readonly image: string;
  /** Upright width in pixels. */
  readonly width: number;
  /** Upright height in pixels. */
  readonly height: number;
  readonly detections: readonly Detection[];
}

/** A picture that could not be marked up, and why. */
export interface SkippedImage {
  readonly image: string;
  readonly reason: string;
}

/** Progress of `markUpImages`. */
export type MarkUpImagesProgress =
  | {
      readonly kind: "images";
      /** Pictures marked up or skipped so far. */
      readonly imagesDone: number;
      readonly images: number;
      readonly imagesPerSecond: number;
    }
  | ({ readonly kind: "skipped" } & SkippedImage)
  | { readonly kind: "retry"; readonly image: string; readonly reason: string };

/** What `markUpImages` made. */
export interface MarkUpImagesResult
  extends Pick<DetectResult, "detectionCount" | "provider" | "refusedProviders" | "seconds"> {
  readonly outputFolder: string;
  /** Path of the JSON lines, in the order of the pictures. */
  readonly detectionsPath: string;
  /** Pictures marked up. */
  readonly images: number;
  readonly imagesWithDetections: number;
  /** Empty unless `onError` is `skip`. */
  readonly skipped: readonly SkippedImage[];
}
