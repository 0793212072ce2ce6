import type { ExecutionProvider, RefusedProvider } from "../inference/model-options.js";

/** Progress of a job. */
export type MarkUpProgress = VideoProbed | VideoFrames | SegmentRetry | VideoJoining;

/** The video is known, and its work begins. */
export interface VideoProbed {
  readonly kind: "probed";
  /** Frames to work on. */
  readonly frames: number;
  /** Length of the whole video in seconds. */
  readonly durationSeconds: number;
  /** Upright width in pixels. */
  readonly width: number;
  /** Upright height in pixels. */
  readonly height: number;
  /** Pieces to work on. */
  readonly segments: number;
  /** Segments found finished from an earlier run. */
  readonly resumedSegments: number;
}

/** How far the work is. */
export interface VideoFrames {
  readonly kind: "frames";
  /** Frames that have been through the model so far. */
  readonly framesDetected: number;
  /** Frames drawn and encoded so far. */
  readonly framesRendered: number;
  /** Frames to work on. */
  readonly frames: number;
  /** Speed of this run so far, in frames a second; 0 until there is something to judge by. */
  readonly framesPerSecond: number;
  /** Seconds left at this speed; undefined until there is something to judge by. */
  readonly etaSeconds: number | undefined;
}

/** A segment is tried again, because its host crashed or hung. */
export interface SegmentRetry {
  readonly kind: "retry";
  /** Position of the segment in the video, from 0. */
  readonly segment: number;
  /** What happened to its host. */
  readonly reason: string;
}

/** All frames are done; the segments are put together. */
export interface VideoJoining {
  readonly kind: "joining";
}

/** What every job counts. */
interface JobCounts {
  /** Frames worked on. */
  readonly frames: number;
  /** Frames in which something was found. */
  readonly framesWithDetections: number;
  /** Objects found in all frames. */
  readonly detectionCount: number;
  /** What of the source is missing, damaged, or could not be kept as it was, in words. */
  readonly warnings: readonly string[];
  /** Wall time in seconds. */
  readonly seconds: number;
}

/** What a model has said, and what computed it. */
interface ModelUsed {
  /** The execution provider really used. */
  readonly provider: ExecutionProvider;
  /** Providers asked for before it, and why they were not used. */
  readonly refusedProviders: readonly RefusedProvider[];
}

/** What `detectVideo` found. */
export interface DetectResult extends JobCounts, ModelUsed {
  /** Path of the JSON lines. */
  readonly detectionsPath: string;
}

/** What `renderVideo` made. */
export interface RenderResult extends JobCounts {
  /** Path of the marked-up video. */
  readonly output: string;
  /** From the first frame's start to the last one's end, in seconds. */
  readonly durationSeconds: number;
}

/** What `markUpVideo` made. */
export interface MarkUpResult extends RenderResult, ModelUsed {
  /** Path of the JSON lines, when they were asked for. */
  readonly detectionsPath: string | undefined;
}
