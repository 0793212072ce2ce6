import type { Detection, FrameDetections } from "../../src/detection.js";

/** A box of 10 x 10 whose foot is at (x, y). */
export function at(x: number, y: number, more: Partial<Detection> = {}): Detection {
  return {
    classId: 0,
    className: "car",
    confidence: 0.8,
    xyxy: [x - 5, y - 10, x + 5, y],
    trackId: 1,
    ...more,
  };
}

/** Records at 10 frames/s, a list of detections each. */
export function frames(...lists: readonly (readonly Detection[])[]): FrameDetections[] {
  return lists.map((detections, frame) => ({ frame, ptsSeconds: frame / 10, detections }));
}
