import type { DetectionMask, Xyxy } from "../detection.js";

/**
 * Run-length encodes a bitmap (non-zero is inside) that covers `xyxy` of the source.
 *
 * @param width Cells in a row.
 * @param height Rows.
 * @example
 * encodeMask(new Uint8Array([0, 1, 1, 1]), 2, 2, [0, 0, 8, 8]); // { xyxy: [0, 0, 8, 8], width: 2, height: 2, runs: [1, 3] }
 */
export function encodeMask(bitmap: Uint8Array, width: number, height: number, xyxy: Xyxy): DetectionMask {
  const runs: number[] = [];
  let inside = false;
  let start = 0;
  for (let i = 0; i < bitmap.length; i++) {
    if ((bitmap[i] !== 0) === inside) continue;
    runs.push(i - start);
    start = i;
    inside = !inside;
  }
  runs.push(bitmap.length - start);
  return { xyxy, width, height, runs };
}

/**
 * The bitmap of a mask: `width * height` bytes, 1 inside, 0 outside.
 *
 * @throws RangeError when the runs do not add up to the bitmap, as in a damaged detections file.
 * @example
 * decodeMask({ xyxy: [0, 0, 8, 8], width: 2, height: 2, runs: [1, 3] }); // Uint8Array [0, 1, 1, 1]
 */
export function decodeMask(mask: DetectionMask): Uint8Array {
  const bitmap = new Uint8Array(mask.width * mask.height);
  let at = 0;
  for (let run = 0; run < mask.runs.length; run++) {
    const next = at + mask.runs[run]!;
    if (run % 2 === 1) bitmap.fill(1, at, next);
    at = next;
  }
  if (at !== bitmap.length) {
    throw new RangeError(
      `The runs of a mask of ${mask.width}x${mask.height} add up to ${at} cells instead of ${bitmap.length}.`,
    );
  }
  return bitmap;
}

/** Cells inside the mask. */
export function maskCells(mask: DetectionMask): number {
  let cells = 0;
  for (let run = 1; run < mask.runs.length; run += 2) cells += mask.runs[run]!;
  return cells;
}

/**
 * Area of the mask in source pixels.
 *
 * @example
 * maskArea({ xyxy: [0, 0, 8, 8], width: 2, height: 2, runs: [1, 3] }); // 48
 */
export function maskArea(mask: DetectionMask): number {
  const [x1, y1, x2, y2] = mask.xyxy;
  return (maskCells(mask) * (x2 - x1) * (y2 - y1)) / (mask.width * mask.height || 1);
}
