import type { Detection } from "../detection.js";
import type { YuvColor } from "./color.js";
import { drawDot, drawLine } from "./draw-line.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** COCO's skeleton over its 17 keypoints, as index pairs. */
const COCO_SKELETON = [
  [15, 13],
  [13, 11],
  [16, 14],
  [14, 12],
  [11, 12],
  [5, 11],
  [6, 12],
  [5, 6],
  [5, 7],
  [6, 8],
  [7, 9],
  [8, 10],
  [1, 2],
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 4],
  [3, 5],
  [4, 6],
] as const;

/** Keypoints below this confidence are not drawn, as Ultralytics does not. */
const LEAST_CONFIDENCE = 0.25;

/** Draws the keypoints, joined by COCO's skeleton when there are 17. */
export function drawPose(
  frame: Yuv420Frame,
  { keypoints = [] }: Detection,
  thickness: number,
  color: YuvColor,
): void {
  const visible = keypoints.map((point) => (point.confidence >= LEAST_CONFIDENCE ? point : undefined));
  if (keypoints.length === 17) {
    for (const [from, to] of COCO_SKELETON) {
      const a = visible[from];
      const b = visible[to];
      if (a && b) drawLine(frame, [a.x, a.y], [b.x, b.y], thickness, color);
    }
  }
  for (const point of visible) {
    if (point) drawDot(frame, [point.x, point.y], thickness * 1.5, color);
  }
}
