import { checkObject, isRecord } from "./check.js";
import type { Field, Table } from "./field.js";
import { type Fail, wrong } from "./problem.js";
import { parseS3Location } from "./s3-location.js";
import { type VideoOptions, videoOptions } from "./video-options.js";

/** One video in S3 to mark up: what `POST /invocations` takes as JSON. */
export interface VideoJob {
  /** S3 URI of the video. */
  readonly input: string;
  /** S3 folder of the marked-up video, `<name>_output.mp4`, and its detections, `<name>_detections.jsonl`. */
  readonly output: string;
  /** False is a dry run of the whole way with the first frame. Default true. */
  readonly isLive?: boolean;
  /** What to do otherwise than the model's manifest says. */
  readonly options?: VideoOptions;
  /** S3 URI of an object that holds {@link VideoJobProgress} while the video is in work. Default: none. */
  readonly progress?: string;
}

/** How far a video is: the object that a job's `progress` names, written anew every few seconds. */
export interface VideoJobProgress {
  /** Frames drawn and encoded so far. */
  readonly framesRendered: number;
  /** Frames to work on. */
  readonly frames: number;
}

/** What was counted of a video; `process join-video` leaves it in `<name>_summary.json`. */
export interface VideoSummary {
  /** Frames of the marked-up video. */
  readonly frames: number;
  /** Length of the marked-up video in seconds. */
  readonly durationSeconds: number;
  /** Frames on which anything was found. */
  readonly framesWithDetections: number;
  /** All that was found on all frames. */
  readonly detectionCount: number;
  /** What of the source could not be kept as it was, in words. */
  readonly warnings: readonly string[];
}

/** What the container answers when a video is marked up. */
export interface VideoJobResult extends VideoSummary {
  /** S3 URI of `<name>_output.mp4`. */
  readonly output: string;
  /** S3 URI of `<name>_detections.jsonl`, a line for each frame. */
  readonly detections: string;
  /** Seconds of work, from download to upload. */
  readonly seconds: number;
}

/**
 * What the results of a video are named after: its own name without path and ending.
 *
 * @example
 * ```ts
 * videoStem("input/my.road.MP4"); // "my.road"
 * ```
 */
export function videoStem(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "") || "video";
}

/** The fields of {@link VideoJob}. */
export const videoJob = {
  input: { type: "s3", required: true, meaning: "The video" },
  output: { type: "s3", required: true, meaning: "Folder of the marked-up video and its detections" },
  isLive: { type: "boolean", default: true, meaning: "False: a dry run with the first frame" },
  options: {
    type: "object",
    fields: videoOptions,
    meaning: "What to do otherwise than the model's manifest says",
  },
  progress: { type: "s3", meaning: "Object that tells how far the video is while it is in work" },
} as const satisfies Table & Record<keyof VideoJob, Field>;

/**
 * Checks a job: its names, types and ranges, and that its input is one video.
 *
 * @example
 * ```ts
 * readVideoJob({ input: "s3://roads/a.mp4", output: "s3://roads/out/", options: { confidnce: 0.5 } }, fail);
 * // fails: options.confidnce is not known. Did you mean "confidence"? Known are confidence, iou, ...
 * ```
 */
export function readVideoJob(value: unknown, fail: Fail): VideoJob {
  if (!isRecord(value)) {
    fail(wrong("the job", "object", `an object {${Object.keys(videoJob).join(", ")}}`, value));
  }
  checkObject(videoJob, value, "", fail);
  const job = value as unknown as VideoJob;
  const { key } = parseS3Location(job.input)!;
  if (key === "" || key.endsWith("/")) {
    fail(wrong("input", "object", "one video, not a folder", job.input, "Start one job for each video."));
  }
  return job;
}
