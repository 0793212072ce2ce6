import type { YuvColor } from "./color.js";
import { mix } from "./fill-rect.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** A point in frame pixels; (0, 0) is the frame's top left corner, pixel centres lie on halves. */
export type Point = readonly [x: number, y: number];

/** Draws a line with round ends, antialiased, `thickness` pixels wide; clipped to the frame. */
export function drawLine(
  frame: Yuv420Frame,
  from: Point,
  to: Point,
  thickness: number,
  color: YuvColor,
  opacity = 1,
): void {
  strokePlane(frame.y, frame.width, frame.height, from, to, thickness / 2, color.y, opacity);
  const width = (frame.width + 1) >> 1;
  const height = (frame.height + 1) >> 1;
  const a: Point = [from[0] / 2, from[1] / 2];
  const b: Point = [to[0] / 2, to[1] / 2];
  strokePlane(frame.u, width, height, a, b, thickness / 4, color.u, opacity);
  strokePlane(frame.v, width, height, a, b, thickness / 4, color.v, opacity);
}

/** Draws line after line through the points. */
export function drawPolyline(
  frame: Yuv420Frame,
  points: readonly Point[],
  thickness: number,
  color: YuvColor,
  options: { readonly closed?: boolean; readonly opacity?: number } = {},
): void {
  const count = options.closed ? points.length : points.length - 1;
  for (let i = 0; i < count; i++) {
    drawLine(frame, points[i]!, points[(i + 1) % points.length]!, thickness, color, options.opacity);
  }
}

/** Fills a disc, antialiased. */
export function drawDot(
  frame: Yuv420Frame,
  center: Point,
  radius: number,
  color: YuvColor,
  opacity = 1,
): void {
  drawLine(frame, center, center, radius * 2, color, opacity);
}

/** Mixes every sample by how much of it lies within `radius` of the segment, found by distance. */
function strokePlane(
  plane: Uint8Array,
  width: number,
  height: number,
  [ax, ay]: Point,
  [bx, by]: Point,
  radius: number,
  value: number,
  opacity: number,
): void {
  const reach = radius + 0.5;
  const dx = bx - ax;
  const dy = by - ay;
  const lengthSquared = dx * dx + dy * dy;
  const firstRow = Math.max(0, Math.floor(Math.min(ay, by) - reach));
  const lastRow = Math.min(height - 1, Math.ceil(Math.max(ay, by) + reach));
  for (let row = firstRow; row <= lastRow; row++) {
    const y = row + 0.5;
    // The part of the segment that can reach this row bounds the columns to look at.
    let t0 = 0;
    let t1 = 1;
    if (dy !== 0) {
      const ta = (y - reach - ay) / dy;
      const tb = (y + reach - ay) / dy;
      t0 = Math.max(0, Math.min(ta, tb));
      t1 = Math.min(1, Math.max(ta, tb));
      if (t0 > t1) continue;
    }
    const xa = ax + t0 * dx;
    const xb = ax + t1 * dx;
    const first = Math.max(0, Math.floor(Math.min(xa, xb) - reach));
    const last = Math.min(width - 1, Math.ceil(Math.max(xa, xb) + reach));
    for (let column = first; column <= last; column++) {
      const px = column + 0.5 - ax;
      const py = y - ay;
      const t = lengthSquared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / lengthSquared)) : 0;
      const ex = px - t * dx;
      const ey = py - t * dy;
      const distanceSquared = ex * ex + ey * ey;
      if (distanceSquared >= reach * reach) continue;
      const share = Math.min(1, reach - Math.sqrt(distanceSquared)) * Math.min(1, radius * 2);
      mix(plane, row * width + column, value, share * opacity);
    }
  }
}
