import type { DetectionMask } from "../detection.js";
import type { YuvColor } from "./color.js";
import { addEdge, type CoverageBuffer, eachCovered } from "./coverage.js";
import { mix } from "./fill-rect.js";
import { type RingColumns, smoothOutlines } from "./mask-outline.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** Pixels of a cell's side from which its corners show. */
const VISIBLE_CELL = 1.25;

/**
 * Blends a mask's area with a colour. Cells about as small as pixels are taken as they lie; of larger ones the
 * outline is drawn smooth, so that a model's small input does not show as steps.
 *
 * @param opacity 0 to 1.
 */
export function drawMask(frame: Yuv420Frame, mask: DetectionMask, color: YuvColor, opacity: number): void {
  const [x1, y1, x2, y2] = mask.xyxy;
  const cell = Math.max((x2 - x1) / mask.width, (y2 - y1) / mask.height);
  const blend = cell > VISIBLE_CELL ? smoothBlend(mask, opacity) : spanBlend(mask, opacity);
  const chromaWidth = (frame.width + 1) >> 1;
  const chromaHeight = (frame.height + 1) >> 1;
  blend(frame.y, frame.width, frame.height, 1, color.y);
  blend(frame.u, chromaWidth, chromaHeight, 2, color.u);
  blend(frame.v, chromaWidth, chromaHeight, 2, color.v);
}

/** Blends one plane, of which a sample is as wide and high as `subsampling` pixels. */
type BlendPlane = (
  plane: Uint8Array,
  width: number,
  height: number,
  subsampling: number,
  value: number,
) => void;

/** What each sample becomes under a colour. */
function blendTable(value: number, opacity: number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, old) => Math.round(old + (value - old) * opacity));
}

/** Kept small, so that it is compiled by itself: almost all of a mask's samples go through it. */
function blendRow(plane: Uint8Array, from: number, to: number, table: Uint8Array): void {
  for (let at = from; at < to; at++) plane[at] = table[plane[at]!]!;
}

function smoothBlend(mask: DetectionMask, opacity: number): BlendPlane {
  const rings = smoothOutlines(mask);
  let covered: { readonly subsampling: number; readonly buffer: CoverageBuffer } | undefined;
  return (plane, width, height, subsampling, value) => {
    const [x1, y1, x2, y2] = mask.xyxy.map((edge) => edge / subsampling) as [number, number, number, number];
    const left = Math.max(0, Math.floor(x1));
    const top = Math.max(0, Math.floor(y1));
    const columns = Math.min(width, Math.ceil(x2)) - left;
    const rows = Math.min(height, Math.ceil(y2)) - top;
    if (columns <= 0 || rows <= 0) return;
    // Both colour planes are covered alike.
    if (covered?.subsampling !== subsampling) {
      covered = { subsampling, buffer: coverage(rings, subsampling, left, top, columns, rows) };
    }
    const table = blendTable(value, opacity);
    for (let row = 0; row < rows; row++) {
      const offset = (top + row) * width + left;
      eachCovered(covered.buffer, row, (column, end, share) => {
        if (share < 1) mix(plane, offset + column, value, opacity * share);
        else blendRow(plane, offset + column, offset + end, table);
      });
    }
  };
}

function coverage(
  rings: readonly RingColumns[],
  subsampling: number,
  left: number,
  top: number,
  width: number,
  height: number,
): CoverageBuffer {
  const buffer = emptied(width, height);
  for (const { x, y } of rings) {
    let fromX = x.at(-1)! / subsampling - left;
    let fromY = y.at(-1)! / subsampling - top;
    for (let i = 0; i < x.length; i++) {
      const toX = x[i]! / subsampling - left;
      const toY = y[i]! / subsampling - top;
      addEdge(buffer, fromX, fromY, toX, toY);
      fromX = toX;
      fromY = toY;
    }
  }
  return buffer;
}

let scratch = new Float32Array(0);

/** An empty buffer in memory that is used again: a large mask's own would be megabytes a frame. */
function emptied(width: number, height: number): CoverageBuffer {
  const length = (width + 2) * height;
  if (scratch.length < length) scratch = new Float32Array(length);
  const cells = scratch.subarray(0, length);
  cells.fill(0);
  return { width, height, cells };
}

/** For each row of the bitmap its inside spans as column pairs: first, one past the last. */
function spansByRow(mask: DetectionMask): number[][] {
  const rows: number[][] = Array.from({ length: mask.height }, () => []);
  let at = 0;
  for (let run = 0; run < mask.runs.length; run++) {
    const end = at + mask.runs[run]!;
    if (run % 2 === 1) {
      for (let from = at; from < end; ) {
        const row = Math.floor(from / mask.width);
        const to = Math.min(end, (row + 1) * mask.width);
        rows[row]?.push(from - row * mask.width, to - row * mask.width);
        from = to;
      }
    }
    at = end;
  }
  return rows;
}

/** Runs become spans of whole samples: no cell is looked at singly. */
function spanBlend(mask: DetectionMask, opacity: number): BlendPlane {
  const spans = spansByRow(mask);
  return (plane, width, height, subsampling, value) => {
    const table = blendTable(value, opacity);
    const [x1, y1, x2, y2] = mask.xyxy.map((edge) => edge / subsampling) as [number, number, number, number];
    const scaleX = (x2 - x1) / mask.width;
    const perRow = mask.height / (y2 - y1);
    const firstRow = Math.max(0, Math.ceil(y1 - 0.5));
    const endRow = Math.min(height, Math.ceil(y2 - 0.5));
    for (let row = firstRow; row < endRow; row++) {
      const source = spans[Math.min(mask.height - 1, Math.floor((row + 0.5 - y1) * perRow))]!;
      for (let i = 0; i < source.length; i += 2) {
        // A sample belongs to the span that holds its centre.
        const from = Math.max(0, Math.ceil(x1 + source[i]! * scaleX - 0.5));
        const to = Math.min(width, Math.ceil(x1 + source[i + 1]! * scaleX - 0.5));
        blendRow(plane, row * width + from, row * width + to, table);
      }
    }
  };
}
