import type { Detection } from "../detection.js";

/** Counts frames and what was found in them. */
export class FrameCounts {
  frames = 0;
  framesWithDetections = 0;
  detectionCount = 0;

  add(detections: readonly Detection[]): void {
    this.frames++;
    this.detectionCount += detections.length;
    if (detections.length > 0) this.framesWithDetections++;
  }

  /** As plain data. */
  totals(): { frames: number; framesWithDetections: number; detectionCount: number } {
    const { frames, framesWithDetections, detectionCount } = this;
    return { frames, framesWithDetections, detectionCount };
  }
}
