import type { AnnotationKind, AnnotationStyle } from "./annotate/style.js";
import type { DetectorLayout } from "./detectors/detector.js";
import type { HostPool } from "./inference/pool.js";
import type { ExecutionProvider } from "./inference/session.js";
import type { EncodingOptions } from "./pipeline/encoding-options.js";
import type { LimitOptions } from "./pipeline/limits.js";
import type { TrackOptions } from "./track/track-records.js";

/** Options of every job. */
export interface JobOptions extends LimitOptions {
  /** Most segments of this video at work at once. Default: as many as the pool has hosts. */
  readonly workers?: number;
  /** The host processes to use. Default: those that all jobs of this process share. */
  readonly pool?: HostPool;
  /** Only the frames that start before this many seconds; at least one. Default: all. */
  readonly maxSeconds?: number;
  /**
   * Least length of a segment in seconds: what a kill or a crash costs at most. Default: 30, and less towards
   * the end (at least 2), so that all hosts stay at work until it.
   */
  readonly segmentSeconds?: number;
  /** Work on one part of the video only, for `joinShards` to put together. */
  readonly shard?: Shard;
  /** What happens to finished segments on abort. After a failure or a kill they are always kept. Default `remove`. */
  readonly onAbort?: "remove" | "keep";
  readonly signal?: AbortSignal;
}

/** One of the parts into which a video is divided among machines. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** What is looked for, and by what. */
export interface DetectOptions extends JobOptions {
  /** Path of the ONNX detector. */
  readonly model: string;
  /** Layout of the model's outputs; found from metadata, names and shapes when left out. */
  readonly layout?: DetectorLayout;
  /** Least score to keep, 0 to 1. Default 0.25. */
  readonly confidence?: number;
  /** Overlap from which the weaker of two boxes of a class is dropped, 0 to 1. Default 0.45. */
  readonly iou?: number;
  /** Most detections in a frame. Default 300. */
  readonly maxDetections?: number;
  /** Names in class-id order; the model's own when left out. */
  readonly classNames?: readonly string[];
  /** Keep only these classes, by name or id. Default: all. */
  readonly classes?: readonly (string | number)[];
  /** Path of a module that exports a decoder function, for a model of no known layout. */
  readonly decoderModule?: string;
  /** What computes the model, tried in order. Default `["cpu"]`. The one used is in the result. */
  readonly providers?: readonly ExecutionProvider[];
  /**
   * Frames of segments in work at once, of one video or several, that go through the model together. It counts
   * where the model's batch axis is free. Default 4; 1 on a CPU, where a batch takes as long as its frames do, and
   * with a decoder module, which may know of single frames only.
   */
  readonly batch?: number;
  /** Run the model on every n-th frame only; the others keep no detections. Default 1. */
  readonly stride?: number;
}

/** The options of {@link DetectOptions} that say what is looked for, and by what. */
export type ModelOptions = Omit<DetectOptions, keyof JobOptions | "stride" | "batch">;

/** What is drawn, and how the video is coded. */
export interface RenderOptions extends JobOptions {
  /** What is drawn, and how. A list alone stands for `{ annotate: list }`. Default: masks, boxes and labels. */
  readonly annotate?: readonly AnnotationKind[] | AnnotationStyle;
  readonly encoding?: EncodingOptions;
}

/** Options of `markUpVideo`. */
export interface MarkUpOptions extends DetectOptions, RenderOptions {
  /** Give each object an identity over time; `true` for ByteTrack's defaults. Default: not. */
  readonly track?: boolean | TrackOptions;
  /** Where to write one JSON line a frame. Default: nowhere. */
  readonly detectionsPath?: string;
}

/** Progress of a job. */
export type MarkUpProgress =
  | {
      readonly kind: "probed";
      readonly frames: number;
      readonly durationSeconds: number;
      readonly width: number;
      readonly height: number;
      readonly segments: number;
      /** Segments found finished from an earlier run. */
      readonly resumedSegments: number;
    }
  | {
      readonly kind: "frames";
      readonly framesDetected: number;
      readonly framesRendered: number;
      readonly frames: number;
      readonly framesPerSecond: number;
      /** Undefined until there is something to judge by. */
      readonly etaSeconds: number | undefined;
    }
  | { readonly kind: "retry"; readonly segment: number; readonly reason: string }
  | { readonly kind: "joining" };

/** What `detectVideo` found. */
export interface DetectResult {
  /** Path of the JSON lines. */
  readonly detectionsPath: string;
  readonly frames: number;
  readonly framesWithDetections: number;
  readonly detectionCount: number;
  /** The execution provider really used. */
  readonly provider: ExecutionProvider;
  /** Providers asked for before it, and why they were not used. */
  readonly refusedProviders: readonly { readonly provider: ExecutionProvider; readonly reason: string }[];
  /** Wall time in seconds. */
  readonly seconds: number;
}

/** What `renderVideo` made. */
export interface RenderResult {
  /** Path of the marked-up video. */
  readonly output: string;
  readonly frames: number;
  readonly durationSeconds: number;
  readonly framesWithDetections: number;
  readonly detectionCount: number;
  /** What of the source could not be kept as it was, in words. */
  readonly warnings: readonly string[];
  /** Wall time in seconds. */
  readonly seconds: number;
}

/** What `markUpVideo` made. */
export interface MarkUpResult extends RenderResult, Omit<DetectResult, "detectionsPath"> {
  /** Path of the JSON lines, when they were asked for. */
  readonly detectionsPath: string | undefined;
}
