import type { FrameFormat } from "../annotate/annotator.js";
import type { AnnotationStyle } from "../annotate/style.js";
import type { Detection, FrameDetections } from "../detection.js";
import type { DetectorOptions } from "../detectors/detector.js";
import type { EncodingPlan } from "../media/encode-frames.js";
import type { EncodingOptions } from "../media/encoding-options.js";
import type { FfmpegLocation } from "../media/find-ffmpeg.js";
import type { Segment } from "../media/plan-segments.js";
import type { Rational } from "../media/rational.js";
import type { TrackerChoice } from "../track/track-records.js";
import type { FrameTotals } from "./frame-counts.js";
import type { ExecutionProvider, RefusedProvider } from "./model-options.js";

/** What a host must know of a video. Plain data: it crosses a process boundary as JSON. */
export interface VideoSource {
  readonly input: string;
  readonly timeBase: Rational;
  /** Ticks taken off every time. */
  readonly originPts: number;
  /** Upright frame in pixels. */
  readonly width: number;
  readonly height: number;
  /** Samples from 0 to 255, not 16 to 235. */
  readonly fullRange: boolean;
  /** Its frames are deinterlaced. */
  readonly interlaced: boolean;
}

/** Options of a detector that can cross a process boundary. */
export type PlainDetectorOptions = Omit<DetectorOptions, "decoder" | "source">;

/** Which model is run, and how. Hosts keep one model loaded and are picked by it. */
export interface ModelPlan {
  /** Path of the ONNX file. */
  readonly path: string;
  /** Tells a file from another that has taken its name. */
  readonly identity: string;
  readonly options: PlainDetectorOptions;
  /** Path or file URL of a module: a `CustomDecoder` as default or `decode`, `PreprocessingOptions` as `input`. */
  readonly decoderModule: string | undefined;
  readonly providers: readonly ExecutionProvider[];
  /** CPU threads of a session. */
  readonly threads: number;
  /** Tasks that a host does at once, their frames going through the model together. */
  readonly batch: number;
  /** Which GPU, from 0; set by the pool. */
  readonly deviceId?: number;
}

/** Find the objects in one segment and write a line for each frame. */
export interface DetectTask {
  readonly kind: "detect";
  readonly model: ModelPlan;
  readonly video: VideoSource;
  readonly segment: Segment;
  /** Only every n-th frame goes through the model, counted over the whole video; the others get no detections. */
  readonly stride: number;
  /** JSON lines file, which appears complete or not at all. */
  readonly recordsPath: string;
}

/** Draw the detections of one segment and encode it. */
export interface RenderTask {
  readonly kind: "render";
  readonly video: VideoSource;
  readonly segment: Segment;
  /** JSON lines as `DetectTask` writes them. */
  readonly recordsPath: string;
  /** Records of the segments before it, where traces or heat reach back to them; else empty. */
  readonly historyPaths: readonly string[];
  /** What is drawn. */
  readonly style: AnnotationStyle;
  /** What all frames have in common. */
  readonly canvas: FrameFormat;
  readonly encoding: EncodingPlan;
  /** Whether the segment has to be decoded from the start of the file: its container's seeking lies. */
  readonly withoutSeeking: boolean;
  /** Fragmented MP4, which appears complete or not at all. */
  readonly outputPath: string;
}

/** Find, draw and encode in one go: the segment is decoded once. For when nothing has to be known of others. */
export interface MarkTask
  extends Omit<DetectTask, "kind">,
    Omit<RenderTask, "kind" | "historyPaths" | "withoutSeeking"> {
  readonly kind: "mark";
}

/** Find, draw and encode still pictures of one size and format. */
export interface PicturesTask {
  readonly kind: "pictures";
  readonly model: ModelPlan;
  /** Upright size in pixels of every picture. */
  readonly width: number;
  readonly height: number;
  /** How the files are read: `jpeg` and `png` all by one ffmpeg, `file` (one only) by ffmpeg's own opening. */
  readonly source: "jpeg" | "png" | "file";
  /** Paths of each picture and of what is made of it. */
  readonly pictures: readonly { readonly input: string; readonly output: string }[];
  readonly target: "jpeg" | "png";
  readonly style: AnnotationStyle;
}

/** What became of one picture of a {@link PicturesTask}: its detections, or why there is no picture. */
export type PictureOutcome = { readonly detections: readonly Detection[] } | { readonly unreadable: string };

/** Mark up a live stream in one pass. */
export interface LiveTask {
  readonly kind: "live";
  readonly model: ModelPlan;
  readonly input: { readonly url: string; readonly options: readonly string[] };
  readonly output: { readonly url: string; readonly format: string | undefined };
  readonly style: AnnotationStyle;
  readonly encoding: EncodingOptions;
  readonly tracker: TrackerChoice | undefined;
  /** Only every n-th frame goes through the model. */
  readonly stride: number;
  readonly onBehind: "drop" | "wait";
  /** Seconds late from which frames are left out. */
  readonly maxLatencySeconds: number;
  readonly maxSeconds: number | undefined;
}

/** One frame of a live stream, as it is told while the stream runs. */
export interface LiveRecord {
  readonly record: FrameDetections;
  /** Frames left out so far. */
  readonly framesDropped: number;
  /** How late the frame was when it was taken, in seconds. */
  readonly latenessSeconds: number;
}

/** One task of a host. */
export type HostTask = DetectTask | RenderTask | MarkTask | PicturesTask | LiveTask;

/** What a finished task answers. */
export interface TaskResult extends FrameTotals {
  /** Set when seeking gave another number of frames than the packet list has. */
  readonly withoutSeeking?: boolean;
  /** The provider really used; undefined for a task without a model. */
  readonly provider?: ExecutionProvider;
  readonly refusedProviders?: readonly RefusedProvider[];
  /** One for each picture of a {@link PicturesTask}, in its order. */
  readonly pictures?: readonly PictureOutcome[];
  /** Of a {@link LiveTask}. */
  readonly live?: {
    readonly framesDropped: number;
    readonly durationSeconds: number;
    readonly greatestLatenessSeconds: number;
    /** Lines of a frame are of two moments. */
    readonly interlaced: boolean;
  };
}

/** Messages to a host. */
export type ToHost =
  | {
      readonly kind: "task";
      readonly id: number;
      readonly task: HostTask;
      /** What the parent has found, so that the host need not search. */
      readonly ffmpeg: FfmpegLocation | undefined;
    }
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "stop"; readonly id: number }
  | { readonly kind: "exit" };

/** Messages from a host. */
export type FromHost =
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly id: number; readonly frames: number }
  | { readonly kind: "record"; readonly id: number; readonly live: LiveRecord }
  | { readonly kind: "children"; readonly pids: readonly number[] }
  | { readonly kind: "done"; readonly id: number; readonly result: TaskResult; readonly rssBytes: number }
  | { readonly kind: "failed"; readonly id: number; readonly error: PlainError };

/** An error as it crosses the process boundary. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Path that the error is about. */
  readonly subject?: string | undefined;
  readonly exitCode?: number | null | undefined;
  readonly stderrTail?: string | undefined;
  /** What a model offers where its layout is not known. */
  readonly layout?: { readonly seen: string; readonly known: readonly string[] } | undefined;
}
