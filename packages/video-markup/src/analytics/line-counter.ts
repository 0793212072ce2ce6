import type { FrameDetections, Xyxy } from "../detection.js";
import { type Anchor, anchorPoint, anchorPoints, type SourcePoint, sideOf } from "./anchor.js";

/** A line across the picture that objects are counted at. */
export interface CountingLine {
  /** What the counts are called. */
  readonly name: string;
  /** Where it begins, in source pixels. */
  readonly from: SourcePoint;
  /** Where it ends, in source pixels. */
  readonly to: SourcePoint;
  /** Which point of the box must cross, or the whole `box`. Default `foot`. */
  readonly anchor?: Anchor;
  /**
   * Frames that an object must be seen on the other side before it counts, from 1. Boxes that tremble on the line
   * count again and again without; 10 at 25 frames/s leaves that out. Default 1.
   */
  readonly threshold?: number;
}

/** One object that crossed a line. */
export interface LineCrossing {
  /** Name of the line. */
  readonly line: string;
  /** Identity of the object, from 1. */
  readonly trackId: number;
  /** The class that it had when it crossed. */
  readonly className: string;
  /**
   * `in`: to the left hand of somebody who looks from `from` to `to`, upwards for a line drawn from left to right;
   * `out`: to the right hand. As supervision's `LineZone` has it.
   */
  readonly direction: "in" | "out";
  /** First frame on the other side. */
  readonly frame: number;
  /** Time of that frame in seconds from the start of the video. */
  readonly ptsSeconds: number;
}

/** Crossings of one line so far. */
export interface LineCounts {
  /** Crossings to the left hand. */
  readonly in: number;
  /** Crossings to the right hand. */
  readonly out: number;
  /** The same by class name. */
  readonly byClass: Readonly<Record<string, { readonly in: number; readonly out: number }>>;
}

/** Counts the tracked objects that cross a line. */
export interface LineCounter {
  /** Takes the next frame; answers whose crossing it completes. */
  update(record: FrameDetections): LineCrossing[];
  /** What has been counted so far. */
  counts(): LineCounts;
}

/** Seconds after which the last place of an unseen object is forgotten: bounds the memory of long videos. */
const FORGET_SECONDS = 60;

/** Where an object was seen last. */
interface Place {
  /** -1 to the left of the line, 1 to the right. */
  side: number;
  /** Its last point on that side. */
  point: SourcePoint;
  ptsSeconds: number;
  /** Frames on the other side that do not count yet. */
  over?: { frames: number; readonly met: boolean; readonly frame: number; readonly ptsSeconds: number };
}

/**
 * A counter for one line. An object crosses when its anchor changes sides, its way meets the line between its ends,
 * and it stays on the other side for `threshold` frames; touching the line and turning back does not count.
 *
 * @throws RangeError for a line without length, or a threshold that is no whole number from 1.
 * @example
 * const counter = lineCounter({ name: "gate", from: [0, 360], to: [1280, 360], threshold: 10 });
 * for await (const record of trackRecords(readRecords("road.jsonl"))) counter.update(record);
 * counter.counts(); // { in: 41, out: 47, byClass: { car: { in: 41, out: 47 } } }
 */
export function lineCounter(line: CountingLine): LineCounter {
  const { name, from, to, anchor = "foot", threshold = 1 } = line;
  if (from[0] === to[0] && from[1] === to[1]) {
    throw new RangeError(`The line "${name}" has no length; give it two different points.`);
  }
  if (!(Number.isInteger(threshold) && threshold >= 1)) {
    throw new RangeError(
      `The threshold of the line "${name}" is ${threshold}; it must be a whole number of frames from 1.`,
    );
  }
  const places = new Map<number, Place>();
  const total = { in: 0, out: 0 };
  // A map: a class may be called "constructor".
  const byClass = new Map<string, { in: number; out: number }>();
  return {
    update({ frame, ptsSeconds, detections }) {
      const crossings: LineCrossing[] = [];
      for (const { trackId, className, xyxy } of detections) {
        if (trackId === undefined) continue;
        const side = sideOfBox(xyxy, anchor, from, to);
        const place = places.get(trackId);
        if (place) place.ptsSeconds = ptsSeconds;
        // On the line it is still where it came from.
        if (side === 0) continue;
        const point = anchorPoint(xyxy, anchor);
        if (!place || place.side === side) {
          places.set(trackId, { side, point, ptsSeconds });
          continue;
        }
        place.over ??= { frames: 0, met: meets(place.point, point, from, to), frame, ptsSeconds };
        if (++place.over.frames < threshold) continue;
        const { over } = place;
        places.set(trackId, { side, point, ptsSeconds });
        if (!over.met) continue;
        const direction = side < 0 ? "in" : "out";
        const ofClass = byClass.get(className) ?? { in: 0, out: 0 };
        ofClass[direction]++;
        byClass.set(className, ofClass);
        total[direction]++;
        crossings.push({
          line: name,
          trackId,
          className,
          direction,
          frame: over.frame,
          ptsSeconds: over.ptsSeconds,
        });
      }
      for (const [id, seen] of places) if (seen.ptsSeconds < ptsSeconds - FORGET_SECONDS) places.delete(id);
      return crossings;
    },
    counts: () => ({ ...total, byClass: structuredClone(Object.fromEntries(byClass)) }),
  };
}

/** The side that all points of the anchor are on; 0 when they are on both, or on the line. */
function sideOfBox(box: Xyxy, anchor: Anchor, from: SourcePoint, to: SourcePoint): number {
  const sides = anchorPoints(box, anchor).map((point) => Math.sign(sideOf(point, from, to)));
  return sides.every((side) => side === sides[0]) ? sides[0]! : 0;
}

/** Whether the way from `a` to `b` meets the segment from `from` to `to`. */
function meets(a: SourcePoint, b: SourcePoint, from: SourcePoint, to: SourcePoint): boolean {
  return sideOf(from, a, b) * sideOf(to, a, b) <= 0;
}
