// A detector for the synthetic road.
export { buildPotholeDetector } from "./build-pothole-detector.js";
// Synthetic pictures.
export { type DrawnPictures, type DrawPicturesOptions, drawPictures } from "./draw-pictures.js";
// Pictures of a synthetic road, with boxes to learn from.
export {
  type DrawnRoadPictures,
  type DrawRoadPicturesOptions,
  drawRoadPictures,
} from "./draw-road-pictures.js";
// A synthetic road video and its ground truth.
export {
  type DrawnRoadVideo,
  type DrawRoadVideoOptions,
  drawRoadVideo,
  type FrameTruth,
} from "./draw-road-video.js";
// Errors.
export { SampleError } from "./errors.js";
export type { PotholeBox } from "./road-frame.js";
