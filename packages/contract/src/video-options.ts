import { type AnnotationKind, type AnnotationStyle, annotationKinds } from "./annotation-style.js";
import type { Field, Table } from "./field.js";

/** What a caller may choose for one video; the model and all paths are the endpoint's own. */
export interface VideoOptions {
  /** Least score to keep, 0 to 1. Default 0.25, or the manifest's. */
  readonly confidence?: number;
  /** Overlap from which the weaker of two boxes of a class is dropped, 0 to 1. Default 0.45, or the manifest's. */
  readonly iou?: number;
  /** Most detections in a frame, 1 to 10,000. Default 300. */
  readonly maxDetections?: number;
  /** Run the model on every n-th frame only, 1 to 1,000. Default 1. */
  readonly stride?: number;
  /** Only the frames that start before this many seconds. Default: all. */
  readonly maxSeconds?: number;
  /** Keep only these classes, by name or id. Default: all. */
  readonly classes?: readonly (string | number)[];
  /** What is drawn, and how. Default: masks, boxes and labels. */
  readonly annotate?: readonly AnnotationKind[] | AnnotationStyle;
}

/** What a manifest may set for its model's videos: defaults that a job's options win over, and how the model runs. */
export interface VideoModelOptions extends VideoOptions {
  /** Layout of the model's outputs. Default: found from metadata, names and shapes. */
  readonly layout?: string;
  /** Give each object an identity over time. Default false. */
  readonly track?: boolean;
  /** What computes the model, tried in order. Default `["cpu"]`. */
  readonly providers?: readonly ("cpu" | "cuda" | "tensorrt" | "webgpu")[];
  /** Frames that go through the model together. Default 4; 1 on a CPU. */
  readonly batch?: number;
  /** How the marked-up video is coded. */
  readonly encoding?: VideoEncoding;
}

/** How a marked-up video is coded. */
export interface VideoEncoding {
  /** Default `h264`. */
  readonly codec?: "h264" | "hevc" | "av1" | "h264_nvenc" | "hevc_nvenc" | "av1_nvenc";
  /** The encoder's own name for a speed. Default: `veryfast` (x264, x265), `10` (SVT-AV1), `p4` (NVENC). */
  readonly preset?: string;
  /** Constant quality, 0 to 63, lower is better. Default: by codec. */
  readonly crf?: number;
}

const fraction = { type: "number", min: 0, max: 1 } as const;
const color = { type: "text" } as const;
const kinds = {
  type: "list",
  of: { type: "choice", values: annotationKinds },
  items: annotationKinds.join(", "),
} as const;

/** The fields of {@link AnnotationStyle}. */
export const annotationStyle = {
  annotate: { ...kinds, default: ["mask", "box", "label"], meaning: "What to draw, in this order" },
  palette: { type: "list", of: color, items: "colours as #rrggbb", meaning: "Colours, taken in turn" },
  classColors: { type: "map", of: color, meaning: "Colours of single classes as #rrggbb" },
  colorBy: {
    type: "choice",
    values: ["class", "track"],
    default: "class",
    meaning: "What the palette goes by",
  },
  thickness: { type: "number", above: 0, unit: "pixels", meaning: "Line width" },
  textSize: { type: "number", above: 0, unit: "pixels", meaning: "Em of the label text" },
  confidence: { type: "boolean", default: true, meaning: "Write the confidence on labels" },
  trackIds: { type: "boolean", default: true, meaning: "Write the track id on labels" },
  maskOpacity: { ...fraction, default: 0.45, meaning: "Opacity of filled masks" },
  heatOpacity: { ...fraction, default: 0.6, meaning: "Opacity of the hottest place of the heat map" },
  traceSeconds: {
    type: "number",
    above: 0,
    unit: "seconds",
    default: 2,
    meaning: "How much of its way a trace shows",
  },
  pixelateCell: {
    ...fraction,
    default: 0.12,
    meaning: "Side of a pixelated cell, as a share of the box's shorter side",
  },
  blurRadius: {
    ...fraction,
    default: 0.15,
    meaning: "Radius of the blur, as a share of the box's shorter side",
  },
  hideClasses: {
    type: "list",
    of: { type: "text" },
    items: "class names",
    meaning: "Only these are blurred and pixelated",
  },
} as const satisfies Table & Record<keyof AnnotationStyle, Field>;

/** The fields of {@link VideoOptions}. */
export const videoOptions = {
  confidence: { ...fraction, default: 0.25, meaning: "Least score to keep" },
  iou: {
    ...fraction,
    default: 0.45,
    meaning: "Overlap from which the weaker of two boxes of a class is dropped",
  },
  maxDetections: {
    type: "integer",
    min: 1,
    max: 10_000,
    default: 300,
    meaning: "Most detections in a frame",
  },
  stride: {
    type: "integer",
    min: 1,
    max: 1000,
    unit: "frames",
    default: 1,
    meaning: "The model runs on every n-th frame",
  },
  maxSeconds: { type: "number", above: 0, unit: "seconds", meaning: "Only the frames that start before" },
  classes: {
    type: "list",
    of: { type: "either", of: [{ type: "text" }, { type: "integer", min: 0 }] },
    items: "class names or ids",
    meaning: "Keep only these classes",
  },
  annotate: {
    type: "either",
    of: [kinds, { type: "object", fields: annotationStyle }],
    meaning: "What is drawn, or how in detail",
  },
} as const satisfies Table & Record<keyof VideoOptions, Field>;

/** The fields of {@link VideoEncoding}. */
export const videoEncoding = {
  codec: {
    type: "choice",
    values: ["h264", "hevc", "av1", "h264_nvenc", "hevc_nvenc", "av1_nvenc"],
    default: "h264",
    meaning: "Codec; NVENC's need such a GPU",
  },
  preset: { type: "text", meaning: "The encoder's own name for a speed" },
  crf: { type: "integer", min: 0, max: 63, meaning: "Constant quality, lower is better" },
} as const satisfies Table & Record<keyof VideoEncoding, Field>;

/** The fields of {@link VideoModelOptions}. */
export const videoModelOptions = {
  ...videoOptions,
  layout: { type: "text", meaning: "Layout of the model's outputs; found by itself where it can be" },
  track: { type: "boolean", default: false, meaning: "Give each object an identity over time" },
  providers: {
    type: "list",
    of: { type: "choice", values: ["cpu", "cuda", "tensorrt", "webgpu"] },
    items: "cpu, cuda, tensorrt, webgpu",
    default: ["cpu"],
    meaning: "What computes the model, tried in order",
  },
  batch: { type: "integer", min: 1, unit: "frames", meaning: "Frames that go through the model together" },
  encoding: { type: "object", fields: videoEncoding, meaning: "How the marked-up video is coded" },
} as const satisfies Table & Record<keyof VideoModelOptions, Field>;
