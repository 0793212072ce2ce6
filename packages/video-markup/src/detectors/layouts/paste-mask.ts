import type { DetectionMask } from "../../detection.js";
import { type FrameGeometry, toSourceX, toSourceY } from "../geometry.js";
import { encodeMask } from "../masks.js";

/** A mask of probabilities over one box. */
export interface BoxMask {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Pastes a box-sized mask into the input, as Mask R-CNN does: one cell of padding on each side, the box grown
 * to match and cut to whole pixels, bilinear interpolation, kept above one half (torchvision
 * `paste_masks_in_image`). Undefined when it lies outside the frame.
 */
export function pasteMask(
  mask: BoxMask,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  geometry: FrameGeometry,
): DetectionMask | undefined {
  const padded = pad(mask);
  const growX = ((x2 - x1) * padded.width) / mask.width / 2;
  const growY = ((y2 - y1) * padded.height) / mask.height / 2;
  const boxLeft = Math.trunc((x1 + x2) / 2 - growX);
  const boxTop = Math.trunc((y1 + y2) / 2 - growY);
  const boxWidth = Math.max(1, Math.trunc((x1 + x2) / 2 + growX) - boxLeft + 1);
  const boxHeight = Math.max(1, Math.trunc((y1 + y2) / 2 + growY) - boxTop + 1);

  const left = Math.max(boxLeft, geometry.left);
  const top = Math.max(boxTop, geometry.top);
  const width = Math.min(boxLeft + boxWidth, geometry.left + geometry.content.width) - left;
  const height = Math.min(boxTop + boxHeight, geometry.top + geometry.content.height) - top;
  if (width <= 0 || height <= 0) return undefined;
  const bitmap = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const sourceY = ((top + y - boxTop + 0.5) * padded.height) / boxHeight - 0.5;
    for (let x = 0; x < width; x++) {
      const sourceX = ((left + x - boxLeft + 0.5) * padded.width) / boxWidth - 0.5;
      if (bilinear(padded, sourceX, sourceY) > 0.5) bitmap[y * width + x] = 1;
    }
  }
  return encodeMask(bitmap, width, height, [
    toSourceX(geometry, left),
    toSourceY(geometry, top),
    toSourceX(geometry, left + width),
    toSourceY(geometry, top + height),
  ]);
}

function pad({ values, width, height }: BoxMask): BoxMask {
  const padded = new Float32Array((width + 2) * (height + 2));
  for (let row = 0; row < height; row++) {
    padded.set(values.subarray(row * width, (row + 1) * width), (row + 1) * (width + 2) + 1);
  }
  return { values: padded, width: width + 2, height: height + 2 };
}

/** The value between four cells; positions beyond the edge take the edge's. */
function bilinear({ values, width, height }: BoxMask, x: number, y: number): number {
  const atX = Math.min(width - 1, Math.max(0, x));
  const atY = Math.min(height - 1, Math.max(0, y));
  const left = Math.floor(atX);
  const top = Math.floor(atY);
  const right = Math.min(width - 1, left + 1);
  const bottom = Math.min(height - 1, top + 1);
  const partX = atX - left;
  const upper = values[top * width + left]! * (1 - partX) + values[top * width + right]! * partX;
  const lower = values[bottom * width + left]! * (1 - partX) + values[bottom * width + right]! * partX;
  return upper + (lower - upper) * (atY - top);
}
