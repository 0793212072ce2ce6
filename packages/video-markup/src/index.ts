// Marking up videos

export { detectVideo } from "./detect-video.js";
// Detections
export type {
  Detection,
  DetectionMask,
  FrameDetections,
  Keypoint,
  OrientedBox,
  Size,
  Xyxy,
} from "./detection.js";
// Detectors: what a model is fed and how its answer is read
export { cocoCategoryNames, cocoNames } from "./detectors/coco-names.js";
export {
  type CustomDecoder,
  type DecodeContext,
  type Detector,
  type DetectorLayout,
  type DetectorOptions,
  type DetectorTensor,
  type DetectorTensors,
  detectorLayouts,
  type ModelDescription,
  type TensorDescription,
} from "./detectors/detector.js";
export {
  type FrameGeometry,
  frameGeometry,
  toInputX,
  toInputY,
  toSourceX,
  toSourceY,
} from "./detectors/geometry.js";
export {
  type InputData,
  type InputDtype,
  type InputFit,
  type InputSpec,
  inputDims,
} from "./detectors/input-spec.js";
export { DetectorLayoutError } from "./detectors/layout-error.js";
export { decodeMask, encodeMask, maskArea } from "./detectors/masks.js";
export { boxIou, type NmsOptions, nonMaximumSuppression } from "./detectors/nms.js";
export { allocateInput, packFrame } from "./detectors/pack-frame.js";
export { detectorDefaults, planDetector } from "./detectors/plan-detector.js";
// Errors
export {
  FfmpegError,
  HostError,
  LimitError,
  OutputBusyError,
  ProviderUnavailableError,
  UnreadableVideoError,
  UnusableModelError,
  VideoMarkupError,
} from "./errors.js";
// The processes behind it
export { createPool, type HostPool, type PoolJob, type PoolOptions } from "./inference/pool.js";
export type { ExecutionProvider } from "./inference/session.js";
export { type JoinShardsOptions, joinShards } from "./join-shards.js";
export type {
  DetectOptions,
  DetectResult,
  JobOptions,
  MarkUpOptions,
  MarkUpProgress,
  MarkUpResult,
  RenderOptions,
  RenderResult,
  Shard,
} from "./mark-up-options.js";
export { markUpVideo } from "./mark-up-video.js";
export { type FfmpegLocation, findFfmpeg } from "./media/find-ffmpeg.js";
// Reading videos
export { probeVideo, type VideoInfo } from "./media/probe.js";
export type { EncodingOptions } from "./pipeline/encoding-options.js";
export type { LimitOptions } from "./pipeline/limits.js";
export { readRecords } from "./records/frame-records.js";
export { renderVideo } from "./render-video.js";
