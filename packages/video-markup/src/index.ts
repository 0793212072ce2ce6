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
