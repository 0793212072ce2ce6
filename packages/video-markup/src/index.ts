// Marking up videos, pictures and live streams

export { detectVideo } from "./detect-video.js";
export { type JoinShardsOptions, joinShards } from "./join-shards.js";
export { markUpImages } from "./mark-up-images.js";
export type {
  ImageDetections,
  ImageRetry,
  ImageSkipped,
  ImagesDone,
  MarkUpImagesOptions,
  MarkUpImagesProgress,
  MarkUpImagesResult,
  SkippedImage,
} from "./mark-up-images-options.js";
export { markUpStream } from "./mark-up-stream.js";
export type {
  MarkUpStreamOptions,
  MarkUpStreamProgress,
  MarkUpStreamResult,
} from "./mark-up-stream-options.js";
export { markUpVideo } from "./mark-up-video.js";
export type { EncodingOptions } from "./media/encoding-options.js";
export type {
  DetectOptions,
  JobOptions,
  MarkUpOptions,
  RenderOptions,
  Shard,
} from "./pipeline/job-options.js";
export type {
  DetectResult,
  MarkUpProgress,
  MarkUpResult,
  RenderResult,
  SegmentRetry,
  VideoFrames,
  VideoJoining,
  VideoProbed,
} from "./pipeline/job-results.js";
export type { LimitOptions } from "./pipeline/limits.js";
export { workFolderPath } from "./pipeline/work-folder.js";
export { renderVideo } from "./render-video.js";

// Work that takes long: await it for the result, iterate it for its events

export type { LongWork } from "@sightline/foundation/long-work";

// Reading videos

export { type FfmpegLocation, findFfmpeg } from "./media/find-ffmpeg.js";
export { probeVideo, type VideoInfo } from "./media/probe.js";

// The processes behind it

export type { ExecutionProvider, ModelOptions, RefusedProvider } from "./inference/model-options.js";
export { createPool, type HostPool, type PoolOptions } from "./inference/pool.js";

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
export { readRecords } from "./records/frame-records.js";

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
export { decodeMask, encodeMask, maskArea } from "./detectors/masks.js";
export { boxIou, type NmsOptions, nonMaximumSuppression } from "./detectors/nms.js";
export { allocateInput, packFrame } from "./detectors/pack-frame.js";
export { detectorDefaults, planDetector } from "./detectors/plan-detector.js";
export type { PreprocessingOptions } from "./detectors/input-spec.js";

// Following objects

export { type ByteTrackOptions, byteTrack } from "./track/byte-track.js";
export { type SmoothOptions, smoother } from "./track/smooth.js";
export { type SortOptions, sort } from "./track/sort.js";
export { type TrackFileOptions, trackFile } from "./track/track-file.js";
export { createTracker, type TrackerChoice, type TrackOptions, trackRecords } from "./track/track-records.js";
export type { Tracker } from "./track/tracker.js";

// Counting

export { type AnalyseOptions, type Analysis, analyseRecords } from "./analytics/analyse.js";
export type { Anchor, SourcePoint } from "./analytics/anchor.js";
export { type PositionOptions, parseGpx, type TrackPoint, trackPositions } from "./analytics/gpx.js";
export {
  type CountingLine,
  type LineCounter,
  type LineCounts,
  type LineCrossing,
  lineCounter,
} from "./analytics/line-counter.js";
export {
  countByClass,
  type ObjectCollector,
  type ObjectOptions,
  type ObjectSight,
  objectCollector,
  type TrackedObject,
} from "./analytics/objects.js";
export {
  type CountingZone,
  type ZoneCounter,
  type ZoneCounts,
  type ZonePresence,
  zoneCounter,
} from "./analytics/zone-counter.js";

// Drawing

export { type Annotator, annotateFrame, createAnnotator, type FrameFormat } from "./annotate/annotator.js";
export { defaultPalette } from "./annotate/color.js";
export { maskOutlines } from "./annotate/mask-outline.js";
export { type AnnotationKind, annotationKinds } from "@sightline/contract/annotation-style";
export type { AnnotationStyle } from "./annotate/style.js";
export { type Yuv420Frame, yuv420ByteLength, yuv420Frame } from "./annotate/yuv-frame.js";

// Writing detections in other formats

export { type CocoOptions, toCoco } from "./outputs/coco.js";
export { toCsv } from "./outputs/csv.js";
export type { ExportInfo, Records } from "./outputs/export-info.js";
export {
  type ExportFormat,
  type ExportOptions,
  exportFormats,
  exportRecords,
} from "./outputs/export-records.js";
export { type GeoJson, type GeoJsonFeature, toGeoJson } from "./outputs/geo-json.js";
export {
  type Clip,
  type ClipOptions,
  type KeyFrame,
  pickKeyFrames,
  planClips,
} from "./outputs/key-frames.js";
export { toMot } from "./outputs/mot.js";
export { htmlReport, type ReportContent, type ReportPicture } from "./outputs/report/html-report.js";
export { type SrtOptions, toSrt } from "./outputs/srt.js";
export { type PicturesResult, type WritePicturesOptions, writePictures } from "./outputs/write-pictures.js";
export { type WriteReportOptions, writeReport } from "./outputs/write-report.js";
export { toYoloText, type YoloLabelFile, type YoloTextOptions } from "./outputs/yolo-text.js";

// Errors

export { DetectorLayoutError } from "./detectors/layout-error.js";
export {
  FfmpegError,
  HostError,
  LimitError,
  OutputBusyError,
  ProviderUnavailableError,
  UnreadableImageError,
  UnreadableVideoError,
  UnusableModelError,
  VideoMarkupError,
} from "./errors.js";
