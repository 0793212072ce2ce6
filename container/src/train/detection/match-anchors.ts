import { type Box, boxAt, encodeBox, type TruthBox } from "./boxes.js";

/** What the anchors of one picture shall learn. */
export interface Targets {
  /** Numbers of the anchors that have an object, rising. */
  readonly positives: Int32Array;
  /** Class of each of them, from 1: 0 is the background. */
  readonly classes: Int32Array;
  /** Offsets from each of them to its box, four numbers each. */
  readonly offsets: Float32Array;
  /** Numbers of the anchors that neither have an object nor count as background, rising. */
  readonly ignored: Int32Array;
}

/** IoU from which an anchor has the object that it overlaps most. */
const POSITIVE = 0.5;
/** IoU with a difficult box from which an anchor is no background either. */
const NEAR_DIFFICULT = 0.3;

/**
 * Gives anchors their objects as SSD does: every object takes the anchor that overlaps it most, the best pair first, and
 * then every other anchor the object that it overlaps by half or more.
 *
 * @param anchors four numbers each
 */
export function matchAnchors(anchors: Float32Array, truth: readonly TruthBox[]): Targets {
  const count = anchors.length / 4;
  const wanted = truth.filter(({ difficult }) => !difficult);
  const overlaps = wanted.map(({ box }) => overlapsWith(anchors, box));
  const objectOf = new Int32Array(count).fill(-1);
  takeBest(overlaps, objectOf);
  for (let anchor = 0; anchor < count; anchor++) {
    if (objectOf[anchor] !== -1) continue;
    let [best, most] = [-1, POSITIVE];
    for (const [object, overlap] of overlaps.entries()) {
      if (overlap[anchor]! >= most) [best, most] = [object, overlap[anchor]!];
    }
    objectOf[anchor] = best;
  }
  const hard = truth.filter(({ difficult }) => difficult).map(({ box }) => overlapsWith(anchors, box));
  const ignored: number[] = [];
  const positives: number[] = [];
  for (let anchor = 0; anchor < count; anchor++) {
    if (objectOf[anchor] !== -1) positives.push(anchor);
    else if (hard.some((overlap) => overlap[anchor]! >= NEAR_DIFFICULT)) ignored.push(anchor);
  }
  const objects = positives.map((anchor) => wanted[objectOf[anchor]!]!);
  return {
    positives: Int32Array.from(positives),
    classes: Int32Array.from(objects, ({ classId }) => classId + 1),
    offsets: Float32Array.from(
      positives.flatMap((anchor, n) => encodeBox(boxAt(anchors, anchor), objects[n]!.box)),
    ),
    ignored: Int32Array.from(ignored),
  };
}

/** Each object takes its best free anchor, the best pair of all first. */
function takeBest(overlaps: readonly Float64Array[], objectOf: Int32Array): void {
  const open = new Set(overlaps.keys());
  while (open.size > 0) {
    let [object, anchor, most] = [-1, -1, 0];
    for (const candidate of open) {
      const overlap = overlaps[candidate]!;
      for (let n = 0; n < overlap.length; n++) {
        if (overlap[n]! > most && objectOf[n] === -1) [object, anchor, most] = [candidate, n, overlap[n]!];
      }
    }
    // An empty box overlaps nothing.
    if (object === -1) return;
    objectOf[anchor] = object;
    open.delete(object);
  }
}

/** IoU of a box with every anchor. Written out: a job asks it of ten thousands of anchors for every box of every copy. */
function overlapsWith(anchors: Float32Array, [left, top, right, bottom]: Box): Float64Array {
  const overlaps = new Float64Array(anchors.length / 4);
  const area = (right - left) * (bottom - top);
  for (let n = 0, at = 0; n < overlaps.length; n++, at += 4) {
    const width = Math.min(anchors[at + 2]!, right) - Math.max(anchors[at]!, left);
    if (width <= 0) continue;
    const height = Math.min(anchors[at + 3]!, bottom) - Math.max(anchors[at + 1]!, top);
    if (height <= 0) continue;
    const shared = width * height;
    const own = (anchors[at + 2]! - anchors[at]!) * (anchors[at + 3]! - anchors[at + 1]!);
    overlaps[n] = shared / (own + area - shared);
  }
  return overlaps;
}
