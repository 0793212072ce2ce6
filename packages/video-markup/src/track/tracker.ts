import type { FrameDetections, Xyxy } from "../detection.js";
import { boxIou } from "../detectors/nms.js";

/** Follows objects through the frames of one video. Holds that video's state, so one job needs one tracker. */
export interface Tracker {
  /**
   * Takes the next frame and answers it with `trackId` on the detections that belong to a track. Detections
   * that belong to none stay, without an id. Frames must come in order.
   */
  update(record: FrameDetections): FrameDetections;
}

/**
 * 1 - IoU of every box with every other, in row order.
 *
 * @example
 * iouCosts([[0, 0, 10, 10]], [[0, 0, 10, 10], [20, 0, 30, 10]]); // Float64Array [0, 1]
 */
export function iouCosts(rows: readonly Xyxy[], columns: readonly Xyxy[]): Float64Array {
  const costs = new Float64Array(rows.length * columns.length);
  for (let i = 0, at = 0; i < rows.length; i++) {
    for (let j = 0; j < columns.length; j++, at++) costs[at] = 1 - boxIou(...rows[i]!, ...columns[j]!);
  }
  return costs;
}
