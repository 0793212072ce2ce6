import type { Size, Xyxy } from "../detection.js";

/** Where a label's top left corner lies, in frame pixels. */
export type LabelPlace = readonly [x: number, y: number];

/** A label that wants a place: its tag's size, and the box it belongs to. */
export interface LabelRequest {
  readonly box: Xyxy;
  readonly tag: Size;
}

/** Rows of labels that may be stacked above or below a box before they would seem to belong to another. */
const STACK = 3;

/**
 * Places for labels so that they do not cover each other, the first label first: above its box at the left, or where
 * that is taken inside its top, below it, the same at its right edge, and then a label or two higher or lower. A label that
 * finds no free place covers the least it can. All lie in the frame, on the even pixels that tags lie on.
 *
 * @example
 * placeLabels(
 *   [
 *     { box: [10, 40, 60, 90], tag: { width: 50, height: 16 } },
 *     { box: [20, 40, 70, 90], tag: { width: 50, height: 16 } },
 *   ],
 *   { width: 640, height: 360 },
 * ); // [[10, 24], [20, 40]]: the second inside the top of its box
 */
export function placeLabels(labels: readonly LabelRequest[], frame: Size): LabelPlace[] {
  const taken: Xyxy[] = [];
  return labels.map(({ box, tag }) => {
    let best: Xyxy | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const place of placesFor(box, tag, frame)) {
      const covered = taken.reduce((sum, other) => sum + shared(place, other), 0);
      if (covered >= least) continue;
      best = place;
      least = covered;
      if (covered === 0) break;
    }
    taken.push(best!);
    return [best![0], best![1]];
  });
}

/** Rectangles for a tag in the order in which they are tried. */
function* placesFor([x1, y1, x2, y2]: Xyxy, { width, height }: Size, frame: Size): Generator<Xyxy> {
  const [top, bottom] = [Math.round(y1), Math.round(y2)];
  const above = top - height;
  const inside = Math.max(0, top);
  // Above is the rule; where there is no room it begins inside the box.
  const rows = above >= 0 ? [above, inside, bottom] : [inside, bottom];
  for (let n = 1; n < STACK; n++) rows.push(above - n * height, bottom + n * height);
  for (const y of rows) {
    for (const x of [Math.round(x1), Math.round(x2) - width]) {
      const left = even(Math.max(0, Math.min(x, frame.width - width)));
      const placed = even(Math.max(0, Math.min(y, frame.height - height)));
      yield [left, placed, left + width, placed + height];
    }
  }
}

/** Pixels that two rectangles share. */
function shared([ax1, ay1, ax2, ay2]: Xyxy, [bx1, by1, bx2, by2]: Xyxy): number {
  const across = Math.min(ax2, bx2) - Math.max(ax1, bx1);
  const down = Math.min(ay2, by2) - Math.max(ay1, by1);
  return across > 0 && down > 0 ? across * down : 0;
}

/** The even number at or before a whole number. */
function even(value: number): number {
  return value - (value & 1);
}
