import type { AnnotationKind } from "@sightline/contract/annotation-style";
import type { AnnotationStyle } from "../annotate/style.js";
import type { ModelOptions } from "../inference/model-options.js";
import type { HostPool } from "../inference/pool.js";
import type { EncodingOptions } from "../media/encoding-options.js";
import type { TrackOptions } from "../track/track-records.js";
import type { LimitOptions } from "./limits.js";

/** Options of every job. */
export interface JobOptions extends LimitOptions {
  /** Most segments of this video at work at once, from 1. Default: as many as the pool has hosts. */
  readonly workers?: number;
  /** The host processes to use. Default: those that all jobs of this process share. */
  readonly pool?: HostPool;
  /** Only the frames that start before this many seconds, from 0; at least one. Default: all. */
  readonly maxSeconds?: number;
  /**
   * Least length of a segment in seconds: what a kill or a crash costs at most. Default: 30, and less towards
   * the end (at least 2), so that all hosts stay at work until it.
   */
  readonly segmentSeconds?: number;
  /** Work on one part of the video only, for `joinShards` to put together. Default: on all of it. */
  readonly shard?: Shard;
  /** What happens to finished segments on abort. After a failure or a kill they are always kept. Default `remove`. */
  readonly onAbort?: "remove" | "keep";
  /** Aborts the job, which then rejects with the signal's reason. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/** One of the parts into which a video is divided among machines. */
export interface Shard {
  /** From 1 to `count`. */
  readonly index: number;
  /** How many parts there are, from 1. */
  readonly count: number;
}

/** Options of `detectVideo`. */
export interface DetectOptions extends JobOptions, ModelOptions {
  /**
   * Frames of segments in work at once, of one video or several, that go through the model together. It counts
   * where the model's batch axis is free. Default 4; 1 on a CPU, where a batch takes as long as its frames do, and
   * with a decoder module, which may know of single frames only.
   */
  readonly batch?: number;
  /** Run the model on every n-th frame only, from 1; the others keep no detections. Default 1. */
  readonly stride?: number;
}

/** What is drawn, and how the video is coded. */
export interface RenderOptions extends JobOptions {
  /** What is drawn, and how. A list alone stands for `{ annotate: list }`. Default: masks, boxes and labels. */
  readonly annotate?: readonly AnnotationKind[] | AnnotationStyle;
  /** How the video is coded. Default: H.264 at x264's `veryfast`, CRF 23. */
  readonly encoding?: EncodingOptions;
  /** Whether the source's sound is kept. Default true. */
  readonly sound?: boolean;
}

/** Options of `markUpVideo`. */
export interface MarkUpOptions extends DetectOptions, RenderOptions {
  /** Give each object an identity over time; `true` for ByteTrack's defaults. Default: not. */
  readonly track?: boolean | TrackOptions;
  /** Where to write one JSON line a frame. Default: nowhere. */
  readonly detectionsPath?: string;
}
