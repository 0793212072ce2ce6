import { boxIou } from "@sightline/video-markup";

/** Left, top, right and bottom, in 0-1 of the picture's sides. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A box that is in a picture. */
export interface TruthBox {
  /** Class from 0. */
  readonly classId: number;
  readonly box: Box;
  /** Marked as too hard to ask for, as Pascal VOC does: neither learnt nor counted. */
  readonly difficult: boolean;
}

/** A box that was found. */
export interface FoundBox {
  /** Class from 0. */
  readonly classId: number;
  /** 0 to 1. */
  readonly score: number;
  readonly box: Box;
}

/** What offsets of x, y, width and height are divided by, as in SSD and MXNet. */
export const VARIANCES = [0.1, 0.1, 0.2, 0.2] as const;

/** The offsets that lead from an anchor to a box. */
export function encodeBox(anchor: Box, box: Box): [number, number, number, number] {
  const [x, y, width, height] = centred(anchor);
  const [boxX, boxY, boxWidth, boxHeight] = centred(box);
  return [
    (boxX - x) / width / VARIANCES[0],
    (boxY - y) / height / VARIANCES[1],
    Math.log(boxWidth / width) / VARIANCES[2],
    Math.log(boxHeight / height) / VARIANCES[3],
  ];
}

/** The box that offsets lead to from an anchor, cut at the picture's border. */
export function decodeBox(anchor: Box, offsets: ArrayLike<number>): Box {
  const [x, y, width, height] = centred(anchor);
  const middleX = x + offsets[0]! * VARIANCES[0] * width;
  const middleY = y + offsets[1]! * VARIANCES[1] * height;
  const halfWidth = (Math.exp(offsets[2]! * VARIANCES[2]) * width) / 2;
  const halfHeight = (Math.exp(offsets[3]! * VARIANCES[3]) * height) / 2;
  return [
    clip(middleX - halfWidth),
    clip(middleY - halfHeight),
    clip(middleX + halfWidth),
    clip(middleY + halfHeight),
  ];
}

function centred([left, top, right, bottom]: Box): [number, number, number, number] {
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}

/** The nearest value of 0 to 1. */
export function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** One of many boxes that lie four numbers each. */
export function boxAt(values: ArrayLike<number>, index: number): Box {
  const at = index * 4;
  return [values[at]!, values[at + 1]!, values[at + 2]!, values[at + 3]!];
}

/**
 * Leaves out boxes that overlap a better one of their class by `threshold` or more, as MXNet does.
 *
 * @param most the best so many go into the choice
 */
export function suppress(found: readonly FoundBox[], threshold: number, most: number): FoundBox[] {
  const kept: FoundBox[] = [];
  for (const candidate of [...found].sort((a, b) => b.score - a.score).slice(0, most)) {
    const isDouble = kept.some(
      ({ classId, box }) => classId === candidate.classId && boxIou(...box, ...candidate.box) >= threshold,
    );
    if (!isDouble) kept.push(candidate);
  }
  return kept;
}
