import type { Detection, Xyxy } from "../detection.js";
import { corners } from "../detectors/layouts/rotated-boxes.js";
import type { YuvColor } from "./color.js";
import { drawPolyline, type Point } from "./draw-line.js";
import { fillRect } from "./fill-rect.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** Corner marks take this share of each side. */
const CORNER_SHARE = 0.2;

/** Longest corner mark in line widths: on large boxes they stay corners. */
const LONGEST_CORNER = 12;

/** Draws the outline of the box, or the rotated box as it lies. The line lies inside the edges. */
export function drawBox(frame: Yuv420Frame, detection: Detection, thickness: number, color: YuvColor): void {
  if (detection.orientedBox) {
    drawPolyline(frame, corners(detection.orientedBox), thickness, color, { closed: true });
    return;
  }
  const [x1, y1, x2, y2] = wholePixels(detection.xyxy, thickness);
  fillRect(frame, x1, y1, x2, y1 + thickness, color);
  fillRect(frame, x1, y2 - thickness, x2, y2, color);
  fillRect(frame, x1, y1 + thickness, x1 + thickness, y2 - thickness, color);
  fillRect(frame, x2 - thickness, y1 + thickness, x2, y2 - thickness, color);
}

/** Draws the four corners of the box with lines twice as wide as a box's. */
export function drawCorners(
  frame: Yuv420Frame,
  detection: Detection,
  thickness: number,
  color: YuvColor,
): void {
  const wide = thickness * 2;
  const [x1, y1, x2, y2] = wholePixels(detection.xyxy, wide);
  const length = (side: number) => Math.max(wide, Math.min(side * CORNER_SHARE, wide * LONGEST_CORNER));
  const across = length(x2 - x1);
  const down = length(y2 - y1);
  for (const [top, bottom] of [
    [y1, y1 + wide],
    [y2 - wide, y2],
  ] as const) {
    fillRect(frame, x1, top, x1 + across, bottom, color);
    fillRect(frame, x2 - across, top, x2, bottom, color);
  }
  for (const [left, right] of [
    [x1, x1 + wide],
    [x2 - wide, x2],
  ] as const) {
    fillRect(frame, left, y1, right, y1 + down, color);
    fillRect(frame, left, y2 - down, right, y2, color);
  }
}

/** Draws an ellipse around the foot of the object, open at the back, as sports broadcasts do. */
export function drawEllipse(
  frame: Yuv420Frame,
  { xyxy: [x1, , x2, y2] }: Detection,
  thickness: number,
  color: YuvColor,
): void {
  const radiusX = (x2 - x1) / 2;
  const radiusY = radiusX * 0.35;
  const steps = Math.max(12, Math.min(72, Math.round(radiusX)));
  const points = Array.from({ length: steps + 1 }, (_, i): Point => {
    // From 45 degrees before the left end, around the front, to 45 degrees past the right end.
    const angle = ((-45 + (280 * i) / steps) * Math.PI) / 180;
    return [(x1 + x2) / 2 + radiusX * Math.cos(angle), y2 + radiusY * Math.sin(angle)];
  });
  drawPolyline(frame, points, thickness, color);
}

/** The edges on whole pixels, at least one line wide. */
function wholePixels([x1, y1, x2, y2]: Xyxy, thickness: number): Xyxy {
  const left = Math.round(x1);
  const top = Math.round(y1);
  return [left, top, Math.max(left + thickness, Math.round(x2)), Math.max(top + thickness, Math.round(y2))];
}
