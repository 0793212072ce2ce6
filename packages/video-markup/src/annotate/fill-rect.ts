import type { YuvColor } from "./color.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/**
 * Fills the pixels from (`x1`, `y1`) up to but not including (`x2`, `y2`), clipped to the frame. A colour
 * sample that the rectangle covers only half is mixed by half, so that odd edges do not bleed.
 *
 * @param opacity 0 to 1. Default 1.
 */
export function fillRect(
  frame: Yuv420Frame,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  color: YuvColor,
  opacity = 1,
): void {
  const left = Math.max(0, Math.min(frame.width, Math.round(x1)));
  const top = Math.max(0, Math.min(frame.height, Math.round(y1)));
  const right = Math.max(0, Math.min(frame.width, Math.round(x2)));
  const bottom = Math.max(0, Math.min(frame.height, Math.round(y2)));
  if (right <= left || bottom <= top) return;
  fillSpan(frame.y, frame.width, left, top, right, bottom, color.y, opacity);

  const chromaWidth = (frame.width + 1) >> 1;
  // The last sample of an odd side stands for one row or column only, so covering that one covers it.
  const columnEnd = right === frame.width ? chromaWidth * 2 : right;
  const rowEnd = bottom === frame.height ? ((frame.height + 1) >> 1) * 2 : bottom;
  for (const [plane, value] of [
    [frame.u, color.u],
    [frame.v, color.v],
  ] as const) {
    for (let row = top >> 1; row * 2 < rowEnd; row++) {
      const rows = Math.min(rowEnd, row * 2 + 2) - Math.max(top, row * 2);
      const share = (opacity * rows) / 2;
      const from = (left + 1) >> 1;
      const to = columnEnd >> 1;
      const at = row * chromaWidth;
      if (to > from) fillSpan(plane, chromaWidth, from, row, to, row + 1, value, share);
      if (left & 1) mix(plane, at + (left >> 1), value, share / 2);
      if (columnEnd & 1) mix(plane, at + (columnEnd >> 1), value, share / 2);
    }
  }
}

function fillSpan(
  plane: Uint8Array,
  stride: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
  value: number,
  opacity: number,
): void {
  if (opacity >= 1) {
    for (let row = top; row < bottom; row++) plane.fill(value, row * stride + left, row * stride + right);
    return;
  }
  for (let row = top; row < bottom; row++) {
    for (let at = row * stride + left; at < row * stride + right; at++) mix(plane, at, value, opacity);
  }
}

/** Moves a sample towards `value` by `share` of the way. */
export function mix(plane: Uint8Array, at: number, value: number, share: number): void {
  const old = plane[at]!;
  plane[at] = Math.round(old + (value - old) * share);
}
