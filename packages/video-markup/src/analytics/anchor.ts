import type { Xyxy } from "../detection.js";

/**
 * Which point of a box stands for the object: `foot` is the middle of the lower edge, where it touches ground, and
 * `center` the middle. `box` is all of it: each corner has to be over a line, or in a zone.
 */
export type Anchor = "center" | "foot" | "box";

/** The anchors by name. */
export const anchors: readonly Anchor[] = ["center", "foot", "box"];

/** A point in source pixels. */
export type SourcePoint = readonly [x: number, y: number];

/**
 * The point of a box that stands for the object; of `box` the middle.
 *
 * @example
 * anchorPoint([10, 20, 30, 60], "foot"); // [20, 60]
 */
export function anchorPoint([x1, y1, x2, y2]: Xyxy, anchor: Anchor): SourcePoint {
  return [(x1 + x2) / 2, anchor === "foot" ? y2 : (y1 + y2) / 2];
}

/**
 * The points of a box that all have to be over a line, or in a zone: one, or the four corners of `box`.
 *
 * @example
 * anchorPoints([10, 20, 30, 60], "box"); // [[10, 20], [30, 20], [30, 60], [10, 60]]
 */
export function anchorPoints(box: Xyxy, anchor: Anchor): readonly SourcePoint[] {
  if (anchor !== "box") return [anchorPoint(box, anchor)];
  const [x1, y1, x2, y2] = box;
  return [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ];
}

/**
 * Whether a point lies inside a polygon (even-odd rule).
 *
 * @param polygon Corners in order, the last joined to the first.
 * @example
 * insidePolygon([5, 5], [[0, 0], [10, 0], [10, 10], [0, 10]]); // true
 */
export function insidePolygon([x, y]: SourcePoint, polygon: readonly SourcePoint[]): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/**
 * Twice the area of the triangle in square pixels, with a sign: positive when `point` lies to the right of the line
 * from `from` to `to` on the picture (y points down), 0 on the line.
 *
 * @example
 * sideOf([5, 10], [0, 0], [10, 0]); // 100: below a line from left to right
 */
export function sideOf(point: SourcePoint, from: SourcePoint, to: SourcePoint): number {
  return (to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0]);
}
