import { boxIou } from "@sightline/video-markup";
import type { FoundBox, TruthBox } from "./boxes.js";

/** What was found in one picture, and what is in it. */
export interface JudgedPicture {
  readonly found: readonly FoundBox[];
  readonly truth: readonly TruthBox[];
}

/** How good detections are. */
export interface MeanAveragePrecision {
  /** Mean over the classes that occur, 0 to 1; NaN where no picture has a box. */
  readonly mean: number;
  /** Average precision by class; undefined for a class that does not occur. */
  readonly byClass: readonly (number | undefined)[];
}

/**
 * Mean average precision as Pascal VOC counts it since 2010, the area below precision over recall: found boxes of a
 * class, best first over all pictures, each right when the box of its class that it overlaps most does so by
 * `overlapThreshold` or more and is not taken yet. Difficult boxes, and what finds them, do not count.
 */
export function meanAveragePrecision(
  pictures: readonly JudgedPicture[],
  classes: number,
  overlapThreshold: number,
): MeanAveragePrecision {
  const byClass = Array.from({ length: classes }, (_, id) =>
    averagePrecision(pictures, id, overlapThreshold),
  );
  const known = byClass.filter((value) => value !== undefined);
  return { mean: known.reduce((sum, value) => sum + value, 0) / known.length, byClass };
}

function averagePrecision(
  pictures: readonly JudgedPicture[],
  classId: number,
  threshold: number,
): number | undefined {
  const verdicts: { readonly score: number; readonly right: boolean }[] = [];
  let wanted = 0;
  for (const picture of pictures) {
    const truth = picture.truth.filter((box) => box.classId === classId);
    wanted += truth.filter(({ difficult }) => !difficult).length;
    const found = picture.found.filter((box) => box.classId === classId);
    verdicts.push(...judge(found, truth, threshold));
  }
  if (wanted === 0) return undefined;
  verdicts.sort((a, b) => b.score - a.score);
  return areaBelow(verdicts, wanted);
}

function* judge(found: readonly FoundBox[], truth: readonly TruthBox[], threshold: number) {
  const taken = new Set<TruthBox>();
  for (const { score, box } of [...found].sort((a, b) => b.score - a.score)) {
    let best: TruthBox | undefined;
    let most = threshold;
    for (const candidate of truth) {
      const overlap = boxIou(...box, ...candidate.box);
      if (overlap >= most) [best, most] = [candidate, overlap];
    }
    if (best?.difficult) continue;
    yield { score, right: best !== undefined && !taken.has(best) };
    if (best) taken.add(best);
  }
}

/** At each recall the best precision that is reached there or further on. */
function areaBelow(verdicts: readonly { readonly right: boolean }[], wanted: number): number {
  const precisions: number[] = [];
  let right = 0;
  for (const [index, verdict] of verdicts.entries()) {
    if (!verdict.right) continue;
    right += 1;
    precisions.push(right / (index + 1));
  }
  let [area, best] = [0, 0];
  for (const precision of precisions.reverse()) {
    best = Math.max(best, precision);
    area += best / wanted;
  }
  return area;
}
