import type { FrameDetections } from "./detection.js";
import type { ModelOptions } from "./inference/model-options.js";
import type { JobOptions, RenderOptions } from "./pipeline/job-options.js";
import type { DetectResult } from "./pipeline/job-results.js";
import type { TrackerChoice } from "./track/track-records.js";

/** Options of `markUpStream`. */
export interface MarkUpStreamOptions
  extends ModelOptions,
    Pick<RenderOptions, "annotate" | "encoding">,
    Pick<JobOptions, "pool"> {
  /** Where to write one JSON line a frame, each as it comes. Default: nowhere. */
  readonly detectionsPath?: string;
  /** Give each object an identity over time; `true` for ByteTrack. Default: not. */
  readonly track?: boolean | TrackerChoice;
  /** Run the model on every n-th frame only; the others keep no detections. Default 1. */
  readonly stride?: number;
  /**
   * What happens when frames come faster than they can be worked on: `drop` leaves out those that are more
   * than `maxLatencySeconds` late, `wait` takes every one and lets the source wait (for files and pipes; a
   * camera loses them on its own then). Default `drop`.
   */
  readonly onBehind?: "drop" | "wait";
  /** Seconds that a frame may be late before frames are left out. Default 0.5. */
  readonly maxLatencySeconds?: number;
  /** Ends after this many seconds of the stream. Default: never. */
  readonly maxSeconds?: number;
  /** Further options for ffmpeg before the input: `["-rtsp_transport", "tcp"]`, `["-f", "v4l2"]`. */
  readonly inputOptions?: readonly string[];
  /** Container of the output by ffmpeg's name. Default: by the output's extension or scheme; MP4 for a stream. */
  readonly outputFormat?: string;
  /** Ends in order, as at the end of the input: the file is complete, and the result is returned. */
  readonly stop?: AbortSignal;
  /** Ends at once. What was written until then stays, and can be played. */
  readonly signal?: AbortSignal;
}

/** Progress of `markUpStream`: the newest frame that was marked up. A slow reader misses some; the JSON lines have all. */
export interface MarkUpStreamProgress {
  readonly kind: "frame";
  /** What was found in the newest frame. */
  readonly record: FrameDetections;
  /** Frames marked up so far. */
  readonly frames: number;
  /** Frames left out so far. */
  readonly framesDropped: number;
  /** How late the frame was when it was taken, in seconds. */
  readonly latenessSeconds: number;
}

/** What `markUpStream` made. */
export interface MarkUpStreamResult extends Omit<DetectResult, "detectionsPath"> {
  /** As it was given; undefined for a stream. */
  readonly output: string | undefined;
  /** Path of the JSON lines, when they were asked for. */
  readonly detectionsPath: string | undefined;
  /** Frames left out because they came too late. */
  readonly framesDropped: number;
  /** From the first frame to the end of the last one read. */
  readonly durationSeconds: number;
  /** The most that a frame was late when it was taken. */
  readonly greatestLatenessSeconds: number;
}
