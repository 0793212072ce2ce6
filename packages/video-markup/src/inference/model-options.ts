import type { DetectorLayout } from "../detectors/detector.js";

/** What computes a model. */
export type ExecutionProvider = "cpu" | "cuda" | "tensorrt" | "webgpu";

/** A provider that was asked for and could not be used. */
export interface RefusedProvider {
  /** The one that was asked for. */
  readonly provider: ExecutionProvider;
  /** In ONNX Runtime's words. */
  readonly reason: string;
}

/** What is looked for, and by what. */
export interface ModelOptions {
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
  /**
   * Path of a module that exports a decoder function (a `CustomDecoder`, as default or `decode`), for a model of no
   * known layout; and, or only, an `input` (`PreprocessingOptions`), where pictures are prepared otherwise.
   */
  readonly decoderModule?: string;
  /** What computes the model, tried in order. Default `["cpu"]`. The one used is in the result. */
  readonly providers?: readonly ExecutionProvider[];
}
