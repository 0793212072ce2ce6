import type { Detection, Size } from "../detection.js";
import { toYuv } from "./color.js";
import { mix } from "./fill-rect.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** Pixels of a heat cell's side: heat is smooth, so a coarse grid looks the same and costs a 64th. */
const CELL = 8;

/** Where objects have been so far: heat gathers under every detection's box. */
export interface HeatMap {
  /** Adds one frame's detections. */
  add(detections: readonly Detection[]): void;
  /** Blends the heat over the frame, the hottest place with `opacity`. */
  draw(frame: Yuv420Frame, opacity: number): void;
}

/** An empty heat map for frames of `size`. */
export function heatMap(size: Size): HeatMap {
  const columns = Math.ceil(size.width / CELL);
  const rows = Math.ceil(size.height / CELL);
  const heat = new Float32Array(columns * rows);
  return {
    add(detections) {
      for (const { xyxy } of detections) addHeat(heat, columns, rows, xyxy);
    },
    draw(frame, opacity) {
      const hottest = heat.reduce((most, value) => Math.max(most, value), 0);
      if (hottest === 0) return;
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const share = heat[row * columns + column]! / hottest;
          if (share >= 0.02) drawCell(frame, column, row, share, opacity);
        }
      }
    },
  };
}

/** A bell over the box, 1 in its middle and near 0 at its edge. */
function addHeat(
  heat: Float32Array,
  columns: number,
  rows: number,
  [x1, y1, x2, y2]: Detection["xyxy"],
): void {
  const centerX = (x1 + x2) / 2;
  const centerY = (y1 + y2) / 2;
  const radiusX = Math.max(CELL, (x2 - x1) / 2);
  const radiusY = Math.max(CELL, (y2 - y1) / 2);
  const firstColumn = Math.max(0, Math.floor((centerX - radiusX) / CELL));
  const lastColumn = Math.min(columns - 1, Math.floor((centerX + radiusX) / CELL));
  const firstRow = Math.max(0, Math.floor((centerY - radiusY) / CELL));
  const lastRow = Math.min(rows - 1, Math.floor((centerY + radiusY) / CELL));
  for (let row = firstRow; row <= lastRow; row++) {
    const dy = ((row + 0.5) * CELL - centerY) / radiusY;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const dx = ((column + 0.5) * CELL - centerX) / radiusX;
      const distance = dx * dx + dy * dy;
      if (distance < 1) heat[row * columns + column]! += (1 - distance) ** 2;
    }
  }
}

function drawCell(frame: Yuv420Frame, column: number, row: number, share: number, opacity: number): void {
  const color = toYuv(heatColor(share), frame);
  const strength = opacity * Math.min(1, share * 2);
  blendSquare(frame.y, frame.width, frame.height, column * CELL, row * CELL, CELL, color.y, strength);
  const width = (frame.width + 1) >> 1;
  const height = (frame.height + 1) >> 1;
  const half = CELL / 2;
  blendSquare(frame.u, width, height, column * half, row * half, half, color.u, strength);
  blendSquare(frame.v, width, height, column * half, row * half, half, color.v, strength);
}

function blendSquare(
  plane: Uint8Array,
  width: number,
  height: number,
  left: number,
  top: number,
  side: number,
  value: number,
  share: number,
): void {
  for (let row = top; row < Math.min(height, top + side); row++) {
    for (let column = left; column < Math.min(width, left + side); column++) {
      mix(plane, row * width + column, value, share);
    }
  }
}

/** Blue over green and yellow to red. */
function heatColor(share: number): [number, number, number] {
  const ramp = (center: number) => Math.max(0, Math.min(1, 1.5 - Math.abs(4 * share - center)));
  return [ramp(3) * 255, ramp(2) * 255, ramp(1) * 255];
}
