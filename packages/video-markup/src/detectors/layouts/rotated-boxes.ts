import type { OrientedBox, Xyxy } from "../../detection.js";
import type { Candidates } from "../candidates.js";
import { byFallingScore } from "../nms.js";

/** Keeps logarithm and roots of the overlap finite for degenerate boxes. */
const EPSILON = 1e-7;

/** The rotated box of a row that begins with cx, cy, w, h. */
export function orientedBox(read: (index: number) => number, angle: number): OrientedBox {
  return { centerX: read(0), centerY: read(1), width: read(2), height: read(3), angle };
}

/**
 * Upright hull of a rotated box, as edges.
 *
 * @example
 * hull({ centerX: 10, centerY: 10, width: 8, height: 4, angle: 0 }); // [6, 8, 14, 12]
 */
export function hull({ centerX, centerY, width, height, angle }: OrientedBox): Xyxy {
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const halfWidth = (width * cos + height * sin) / 2;
  const halfHeight = (width * sin + height * cos) / 2;
  return [centerX - halfWidth, centerY - halfHeight, centerX + halfWidth, centerY + halfHeight];
}

/**
 * Corners of a rotated box, clockwise from the one that is top left when the angle is 0.
 *
 * @example
 * corners({ centerX: 10, centerY: 10, width: 8, height: 4, angle: 0 }); // [[6, 8], [14, 8], [14, 12], [6, 12]]
 */
export function corners({ centerX, centerY, width, height, angle }: OrientedBox): [x: number, y: number][] {
  const cos = Math.cos(angle) / 2;
  const sin = Math.sin(angle) / 2;
  const at = (u: number, v: number): [number, number] => [
    centerX + u * width * cos - v * height * sin,
    centerY + u * width * sin + v * height * cos,
  ];
  return [at(-1, -1), at(1, -1), at(1, 1), at(-1, 1)];
}

/**
 * Overlap of two rotated boxes seen as Gaussians: 1 - Hellinger distance
 * (Llerena et al., "Gaussian Bounding Boxes and Probabilistic Intersection-over-Union"), 0 to 1.
 *
 * @example
 * const box = { centerX: 10, centerY: 10, width: 8, height: 4, angle: 0 };
 * gaussianIou(box, box); // 0.9995527864101446
 */
export function gaussianIou(a: OrientedBox, b: OrientedBox): number {
  const [a1, b1, c1] = covariance(a);
  const [a2, b2, c2] = covariance(b);
  const dx = a.centerX - b.centerX;
  const dy = a.centerY - b.centerY;
  const determinant = (a1 + a2) * (b1 + b2) - (c1 + c2) ** 2;
  const distance =
    (0.25 * ((a1 + a2) * dy * dy + (b1 + b2) * dx * dx)) / (determinant + EPSILON) +
    (0.5 * (c1 + c2) * -dx * dy) / (determinant + EPSILON) +
    0.5 *
      Math.log(
        determinant /
          (4 * Math.sqrt(Math.max(0, a1 * b1 - c1 * c1) * Math.max(0, a2 * b2 - c2 * c2)) + EPSILON) +
          EPSILON,
      );
  const bounded = Math.min(100, Math.max(EPSILON, distance));
  return 1 - Math.sqrt(1 - Math.exp(-bounded) + EPSILON);
}

function covariance({ width, height, angle }: OrientedBox): [number, number, number] {
  const a = (width * width) / 12;
  const b = (height * height) / 12;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return [a * cos * cos + b * sin * sin, a * sin * sin + b * cos * cos, (a - b) * cos * sin];
}

/**
 * "Fast NMS" (Bolya et al., YOLACT): a box goes when any stronger box of its class overlaps it by more
 * than `iou`, even one that goes itself. What Ultralytics uses for rotated boxes.
 *
 * @param boxOf The rotated box of a candidate's row.
 * @returns Indices of the kept candidates, best first.
 */
export function rotatedNms(
  { rows, scores, classIds, frame: { settings } }: Candidates,
  boxOf: (row: number) => OrientedBox,
): number[] {
  const { iou, maxDetections } = settings;
  const boxes = rows.map(boxOf);
  const order = byFallingScore(scores);
  const kept: number[] = [];
  for (let i = 0; i < order.length && kept.length < maxDetections; i++) {
    const index = order[i]!;
    let covered = false;
    for (let j = 0; j < i && !covered; j++) {
      const stronger = order[j]!;
      covered = classIds[stronger] === classIds[index] && gaussianIou(boxes[stronger]!, boxes[index]!) > iou;
    }
    if (!covered) kept.push(index);
  }
  return kept;
}
