import type { DetectionObject } from "../format/detection-label.js";

/** Left, top, right and bottom, as shares of the sides. */
export type Xyxy = DetectionObject["xyxy"];

/**
 * Turns a box that was drawn on pixels as stored along with them, as `turnPixels` turns those.
 *
 * @param orientation EXIF's, 1 to 8
 * @example
 * ```ts
 * turnBox([0, 0, 0.1, 0.2], 6); // [0.8, 0, 1, 0.1]: turned clockwise, the top left corner comes to the top right
 * ```
 */
export function turnBox([left, top, right, bottom]: Xyxy, orientation: number): Xyxy {
  switch (orientation) {
    case 2: // mirrored left to right
      return [1 - right, top, 1 - left, bottom];
    case 3: // upside down
      return [1 - right, 1 - bottom, 1 - left, 1 - top];
    case 4: // mirrored top to bottom
      return [left, 1 - bottom, right, 1 - top];
    case 5: // transposed
      return [top, left, bottom, right];
    case 6: // turned clockwise
      return [1 - bottom, left, 1 - top, right];
    case 7: // transposed the other way
      return [1 - bottom, 1 - right, 1 - top, 1 - left];
    case 8: // turned anticlockwise
      return [top, 1 - right, bottom, 1 - left];
    default:
      return [left, top, right, bottom];
  }
}

/** The orientation that takes back what another does. */
export function inverseOrientation(orientation: number): number {
  return orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;
}
