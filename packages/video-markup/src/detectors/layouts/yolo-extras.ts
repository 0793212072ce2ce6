import type { Detection, Keypoint, OrientedBox } from "../../detection.js";
import type { Candidates, Extend } from "../candidates.js";
import { type FrameGeometry, toSourceX, toSourceY } from "../geometry.js";
import { type Prototypes, protoMask } from "./proto-mask.js";
import { hull } from "./rotated-boxes.js";

/** What a YOLO head finds beside boxes. */
export type Variant = "detect" | "segment" | "pose" | "obb";

/** Reads number `index` of the extras (mask coefficients, keypoints, angle) of row `row`. */
export type ReadExtra = (row: number, index: number) => number;

/**
 * Adds the mask that the prototypes and the row's coefficients make; a detection whose mask is empty is
 * dropped, as Ultralytics drops it.
 */
export function addMask(list: Candidates, read: ReadExtra, prototypes: Prototypes): Extend {
  const { geometry } = list.frame;
  const coefficients = new Float32Array(prototypes.channels);
  return (detection, index) => {
    const row = list.rows[index]!;
    for (let k = 0; k < coefficients.length; k++) coefficients[k] = read(row, k);
    const [x1, y1, x2, y2] = list.xyxy.slice(index * 4, index * 4 + 4) as [number, number, number, number];
    const mask = protoMask(prototypes, coefficients, [x1, y1, x2, y2], geometry);
    return mask && mask.runs.length > 1 ? { ...detection, mask } : undefined;
  };
}

/** Adds the row's keypoints, clipped to the frame; one that overflowed has no confidence. */
export function addKeypoints(
  list: Candidates,
  read: ReadExtra,
  [count, numbers]: readonly [count: number, numbers: number],
): Extend {
  const { geometry } = list.frame;
  const { width, height } = geometry.source;
  return (detection, index) => {
    const row = list.rows[index]!;
    const keypoints = Array.from({ length: count }, (_, point): Keypoint => {
      const at = point * numbers;
      const x = toSourceX(geometry, read(row, at));
      const y = toSourceY(geometry, read(row, at + 1));
      const confidence = numbers > 2 ? read(row, at + 2) : 1;
      // An overflow in the model is no place, and JSON has no word for it.
      if (!Number.isFinite(x + y + confidence)) return { x: 0, y: 0, confidence: 0 };
      return {
        x: Math.min(width, Math.max(0, x)),
        y: Math.min(height, Math.max(0, y)),
        confidence: Math.min(1, Math.max(0, confidence)),
      };
    });
    return { ...detection, keypoints };
  };
}

/** Adds the rotated box of the candidate's row, and makes its hull in the source the upright box. */
export function addOrientedBox(list: Candidates, boxOf: (row: number) => OrientedBox): Extend {
  const { geometry } = list.frame;
  const { width, height } = geometry.source;
  return (detection: Detection, index) => {
    const orientedBox = orientedToSource(boxOf(list.rows[index]!), geometry);
    const [x1, y1, x2, y2] = hull(orientedBox);
    const xyxy = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)] as const;
    return { ...detection, xyxy, orientedBox };
  };
}

/** A rotated box from input to source pixels; the two factors differ by a rounding only, so the angle stays. */
function orientedToSource(box: OrientedBox, geometry: FrameGeometry): OrientedBox {
  return {
    centerX: toSourceX(geometry, box.centerX),
    centerY: toSourceY(geometry, box.centerY),
    width: (box.width * geometry.source.width) / geometry.content.width,
    height: (box.height * geometry.source.height) / geometry.content.height,
    angle: box.angle,
  };
}
