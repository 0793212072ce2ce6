/** Options of {@link nonMaximumSuppression}. */
export interface NmsOptions {
  /** Overlap above which the weaker box is dropped, 0 to 1. */
  readonly iou: number;
  /** Most boxes to keep. Default: all. */
  readonly maxDetections?: number;
  /** Compare boxes of different classes too. Default false. */
  readonly classAgnostic?: boolean;
}

/**
 * Intersection over union of two boxes given by their edges, 0 to 1; 0 when both are empty.
 *
 * @example
 * boxIou(0, 0, 10, 10, 5, 0, 15, 10); // 0.3333333333333333
 */
export function boxIou(
  ax1: number,
  ay1: number,
  ax2: number,
  ay2: number,
  bx1: number,
  by1: number,
  bx2: number,
  by2: number,
): number {
  const width = Math.min(ax2, bx2) - Math.max(ax1, bx1);
  const height = Math.min(ay2, by2) - Math.max(ay1, by1);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  const union = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - intersection;
  return union > 0 ? intersection / union : 0;
}

/**
 * Greedy non-maximum suppression, class by class, as torchvision's `batched_nms`: in falling order of
 * score, a box goes when its IoU with a kept box of its class is greater than `iou`.
 *
 * @param xyxy `n * 4` edges.
 * @param scores `n` scores; equal scores keep their order.
 * @param classIds `n` class ids.
 * @returns Indices of the kept boxes, best first.
 * @example
 * nonMaximumSuppression([0, 0, 10, 10, 1, 0, 11, 10, 50, 50, 60, 60], [0.9, 0.8, 0.7], [0, 0, 0], { iou: 0.5 }); // [0, 2]
 */
export function nonMaximumSuppression(
  xyxy: ArrayLike<number>,
  scores: ArrayLike<number>,
  classIds: ArrayLike<number>,
  options: NmsOptions,
): number[] {
  const order = byFallingScore(scores);
  const limit = options.maxDetections ?? order.length;
  const kept: number[] = [];
  const keptOfClass = new Map<number, number[]>();
  for (const candidate of order) {
    if (kept.length >= limit) break;
    const key = options.classAgnostic ? 0 : classIds[candidate]!;
    let rivals = keptOfClass.get(key);
    if (!rivals) {
      rivals = [];
      keptOfClass.set(key, rivals);
    }
    if (isCovered(xyxy, candidate, rivals, options.iou)) continue;
    rivals.push(candidate);
    kept.push(candidate);
  }
  return kept;
}

/** Indices of `scores` from the highest to the lowest; equal ones in their given order. */
export function byFallingScore(scores: ArrayLike<number>): number[] {
  const order = Array.from({ length: scores.length }, (_, index) => index);
  return order.sort((a, b) => scores[b]! - scores[a]!);
}

function isCovered(
  xyxy: ArrayLike<number>,
  candidate: number,
  rivals: readonly number[],
  iou: number,
): boolean {
  const c = candidate * 4;
  const x1 = xyxy[c]!;
  const y1 = xyxy[c + 1]!;
  const x2 = xyxy[c + 2]!;
  const y2 = xyxy[c + 3]!;
  for (const rival of rivals) {
    const r = rival * 4;
    if (boxIou(x1, y1, x2, y2, xyxy[r]!, xyxy[r + 1]!, xyxy[r + 2]!, xyxy[r + 3]!) > iou) return true;
  }
  return false;
}
