import type { DetectorOptions } from "../detectors/detector.js";

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
export interface ModelOptions
  extends Pick<
    DetectorOptions,
    "layout" | "confidence" | "iou" | "maxDetections" | "classNames" | "classes" | "input"
  > {
  /** Path of the ONNX detector. */
  readonly model: string;
  /**
   * Path of a module that exports a decoder function (a `CustomDecoder`, as default or `decode`), for a model of no
   * known layout; and, or only, an `input` (`PreprocessingOptions`), where pictures are prepared otherwise, which then
   * stands in for the option's.
   */
  readonly decoderModule?: string;
  /** What computes the model, tried in order. Default `["cpu"]`. The one used is in the result. */
  readonly providers?: readonly ExecutionProvider[];
}
