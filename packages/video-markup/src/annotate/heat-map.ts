import type { Detection, Size } from "../detection.js";
import { toYuv } from "./color.js";
import type { Yuv420Frame } from "./yuv-frame.js";

/** Pixels of a heat cell's side: heat is smooth, so a coarse grid looks the same and costs a 64th. */
const CELL = 8;

/** Steps of heat that differ on the picture. */
const LEVELS = 64;

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
  let tables: LevelTable[] | undefined;
  return {
    add(detections) {
      for (const { xyxy } of detections) addHeat(heat, columns, rows, xyxy);
    },
    draw(frame, opacity) {
      const hottest = heat.reduce((most, value) => Math.max(most, value), 0);
      if (hottest === 0) return;
      tables ??= levelTables(frame, opacity);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const level = Math.floor((heat[row * columns + column]! / hottest) * (LEVELS - 1));
          if (level > 0) drawCell(frame, column, row, tables[level]!);
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

/** What each sample becomes at one level of heat, for each plane. */
interface LevelTable {
  readonly y: Uint8Array;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

function levelTables(frame: Yuv420Frame, opacity: number): LevelTable[] {
  return Array.from({ length: LEVELS }, (_, level) => {
    const share = level / (LEVELS - 1);
    const color = toYuv(heatColor(share), frame);
    const strength = opacity * Math.min(1, share * 2);
    const table = (value: number) =>
      Uint8Array.from({ length: 256 }, (_, old) => Math.round(old + (value - old) * strength));
    return { y: table(color.y), u: table(color.u), v: table(color.v) };
  });
}

function drawCell(frame: Yuv420Frame, column: number, row: number, table: LevelTable): void {
  changeSquare(frame.y, frame.width, frame.height, column * CELL, row * CELL, CELL, table.y);
  const width = (frame.width + 1) >> 1;
  const height = (frame.height + 1) >> 1;
  const half = CELL / 2;
  changeSquare(frame.u, width, height, column * half, row * half, half, table.u);
  changeSquare(frame.v, width, height, column * half, row * half, half, table.v);
}

function changeSquare(
  plane: Uint8Array,
  width: number,
  height: number,
  left: number,
  top: number,
  side: number,
  table: Uint8Array,
): void {
  const right = Math.min(width, left + side);
  const bottom = Math.min(height, top + side);
  for (let row = top; row < bottom; row++) {
    for (let at = row * width + left; at < row * width + right; at++) plane[at] = table[plane[at]!]!;
  }
}

/** Blue over green and yellow to red. */
function heatColor(share: number): [number, number, number] {
  const ramp = (center: number) => Math.max(0, Math.min(1, 1.5 - Math.abs(4 * share - center)));
  return [ramp(3) * 255, ramp(2) * 255, ramp(1) * 255];
}
