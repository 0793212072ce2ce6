import type { Detection } from "./detection.js";
import type { ModelOptions } from "./inference/model-options.js";
import type { JobOptions, RenderOptions } from "./pipeline/job-options.js";
import type { DetectResult } from "./pipeline/job-results.js";
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
  /** In source pixels, the surest first. */
  readonly detections: readonly Detection[];
}

/** A picture that could not be marked up, and why. */
export interface SkippedImage {
  /** Path inside the input folder, with slashes; of a file given by itself, its name. */
  readonly image: string;
  /** The error's message. */
  readonly reason: string;
}

/** Progress of `markUpImages`. */
export type MarkUpImagesProgress = ImagesDone | ImageSkipped | ImageRetry;

/** How far the work is. */
export interface ImagesDone {
  readonly kind: "images";
  /** Pictures marked up or skipped so far. */
  readonly imagesDone: number;
  /** Pictures to be worked on. */
  readonly images: number;
  /** Speed so far. */
  readonly imagesPerSecond: number;
}

/** A picture that cannot be read is left out, where `onError` is `skip`. */
export interface ImageSkipped extends SkippedImage {
  readonly kind: "skipped";
}

/** A group of pictures is tried again, because its host crashed or hung. */
export interface ImageRetry {
  readonly kind: "retry";
  /** The first picture of the group. */
  readonly image: string;
  /** What happened to its host. */
  readonly reason: string;
}

/** What `markUpImages` made. */
export interface MarkUpImagesResult
  extends Pick<DetectResult, "detectionCount" | "provider" | "refusedProviders" | "seconds"> {
  /** As it was given. */
  readonly outputFolder: string;
  /** Path of the JSON lines, in the order of the pictures. */
  readonly detectionsPath: string;
  /** Pictures marked up. */
  readonly images: number;
  /** Pictures marked up in which something was found. */
  readonly imagesWithDetections: number;
  /** Empty unless `onError` is `skip`. */
  readonly skipped: readonly SkippedImage[];
}
