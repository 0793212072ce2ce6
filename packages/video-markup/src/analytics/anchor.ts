import type { Xyxy } from "../detection.js";

/** Which point of a box stands for the object. `foot` is the middle of the lower edge: where it touches ground. */
export type Anchor = "center" | "foot";

/** A point in source pixels. */
export type SourcePoint = readonly [x: number, y: number];

/** The point of a box that stands for the object. */
export function anchorPoint([x1, y1, x2, y2]: Xyxy, anchor: Anchor): SourcePoint {
  return [(x1 + x2) / 2, anchor === "foot" ? y2 : (y1 + y2) / 2];
}

/** Whether a point lies inside a polygon (even-odd rule). */
export function insidePolygon([x, y]: SourcePoint, polygon: readonly SourcePoint[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Positive when `point` lies to the right of the line from `from` to `to` on the picture (y points down). */
export function sideOf(point: SourcePoint, from: SourcePoint, to: SourcePoint): number {
  return (to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0]);
}
