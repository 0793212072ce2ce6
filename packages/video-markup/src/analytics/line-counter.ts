import type { FrameDetections } from "../detection.js";
import { type Anchor, anchorPoint, type SourcePoint, sideOf } from "./anchor.js";

/** A line across the picture that objects are counted at. */
export interface CountingLine {
  readonly name: string;
  readonly from: SourcePoint;
  readonly to: SourcePoint;
  /** Which point of the box must cross. Default `foot`. */
  readonly anchor?: Anchor;
}

/** One object that crossed a line. */
export interface LineCrossing {
  readonly line: string;
  readonly trackId: number;
  readonly className: string;
  /** `in`: to the right hand of somebody who looks from `from` to `to`; `out`: to the left. */
  readonly direction: "in" | "out";
  readonly frame: number;
  readonly ptsSeconds: number;
}

/** Crossings of one line so far. */
export interface LineCounts {
  readonly in: number;
  readonly out: number;
  readonly byClass: Readonly<Record<string, { readonly in: number; readonly out: number }>>;
}

/** Counts the tracked objects that cross a line. */
export interface LineCounter {
  /** Takes the next frame; answers who crossed in it. */
  update(record: FrameDetections): LineCrossing[];
  counts(): LineCounts;
}

/** Seconds after which the last place of an unseen object is forgotten: bounds the memory of long videos. */
const FORGET_SECONDS = 60;

/**
 * A counter for one line. An object crosses when its anchor changes sides and its way from frame to frame
 * meets the line between its ends; touching it and turning back does not count.
 */
export function lineCounter(line: CountingLine): LineCounter {
  const { from, to, anchor = "foot" } = line;
  if (from[0] === to[0] && from[1] === to[1]) {
    throw new RangeError(`The line "${line.name}" has no length; give it two different points.`);
  }
  const last = new Map<number, { point: SourcePoint; side: number; ptsSeconds: number }>();
  const total = { in: 0, out: 0 };
  // A map: a class may be called "constructor".
  const byClass = new Map<string, { in: number; out: number }>();
  return {
    update({ frame, ptsSeconds, detections }) {
      const crossings: LineCrossing[] = [];
      for (const { trackId, className, xyxy } of detections) {
        if (trackId === undefined) continue;
        const point = anchorPoint(xyxy, anchor);
        const side = Math.sign(sideOf(point, from, to));
        const before = last.get(trackId);
        // On the line itself it is still where it came from.
        const settled = side === 0 ? (before?.side ?? 0) : side;
        if (before && before.side !== 0 && settled !== before.side && meets(before.point, point, from, to)) {
          const direction = settled > 0 ? "in" : "out";
          const ofClass = byClass.get(className) ?? { in: 0, out: 0 };
          ofClass[direction]++;
          byClass.set(className, ofClass);
          total[direction]++;
          crossings.push({ line: line.name, trackId, className, direction, frame, ptsSeconds });
        }
        last.set(trackId, { point, side: settled, ptsSeconds });
      }
      for (const [id, seen] of last) if (seen.ptsSeconds < ptsSeconds - FORGET_SECONDS) last.delete(id);
      return crossings;
    },
    counts: () => ({ ...total, byClass: structuredClone(Object.fromEntries(byClass)) }),
  };
}

/** Whether the way from `a` to `b` meets the segment from `from` to `to`. */
function meets(a: SourcePoint, b: SourcePoint, from: SourcePoint, to: SourcePoint): boolean {
  return sideOf(from, a, b) * sideOf(to, a, b) <= 0;
}
