import type { FrameDetections } from "../detection.js";
import { type Anchor, anchorPoints, insidePolygon, type SourcePoint } from "./anchor.js";

/** An area of the picture that objects are counted in. */
export interface CountingZone {
  /** What the counts are called. */
  readonly name: string;
  /** Three corners or more in order, in source pixels. */
  readonly polygon: readonly SourcePoint[];
  /** Which point of the box must lie inside, or the whole `box`. Default `foot`. */
  readonly anchor?: Anchor;
}

/** Who is in a zone in one frame. */
export interface ZonePresence {
  /** Name of the zone. */
  readonly zone: string;
  /** Detections inside, tracked or not. */
  readonly inside: number;
  /** Tracks that came in with this frame. */
  readonly entered: readonly number[];
  /** Tracks that were seen outside again with this frame. */
  readonly left: readonly number[];
}

/** What a zone has seen so far. */
export interface ZoneCounts {
  /** Different objects. */
  readonly objects: number;
  /** Most detections inside at once. */
  readonly most: number;
  /** Seconds that each object spent inside in all, by track id. */
  readonly dwellSeconds: Readonly<Record<string, number>>;
}

/** Counts the objects in a zone and how long they stay. */
export interface ZoneCounter {
  /** Takes the next frame. */
  update(record: FrameDetections): ZonePresence;
  /** What has been counted so far. */
  counts(): ZoneCounts;
}

/** A longer gap than this between two sights of an object inside does not count as dwelling, in seconds. */
const LONGEST_GAP = 2;

/**
 * A counter for one zone.
 *
 * @throws RangeError for a polygon of fewer than three corners.
 * @example
 * const counter = zoneCounter({ name: "crossing", polygon: [[0, 0], [400, 0], [400, 300]] });
 * for await (const record of trackRecords(readRecords("road.jsonl"))) counter.update(record);
 * counter.counts(); // { objects: 3, most: 2, dwellSeconds: { "1": 4.2, "4": 0.8, "7": 2.6 } }
 */
export function zoneCounter(zone: CountingZone): ZoneCounter {
  const { name, polygon, anchor = "foot" } = zone;
  if (polygon.length < 3) {
    throw new RangeError(`The zone "${name}" has ${polygon.length} corners; it needs three or more.`);
  }
  const dwell = new Map<number, { seconds: number; lastSeconds: number; inside: boolean }>();
  let most = 0;
  return {
    update({ ptsSeconds, detections }) {
      let inside = 0;
      const entered: number[] = [];
      const left: number[] = [];
      for (const { trackId, xyxy } of detections) {
        const within = anchorPoints(xyxy, anchor).every((point) => insidePolygon(point, polygon));
        if (within) inside++;
        if (trackId === undefined) continue;
        const stay = dwell.get(trackId);
        if (within && !stay?.inside) entered.push(trackId);
        if (!within && stay?.inside) left.push(trackId);
        if (!within && !stay) continue;
        const gap = stay ? ptsSeconds - stay.lastSeconds : 0;
        const stayed = stay?.inside && gap <= LONGEST_GAP ? gap : 0;
        dwell.set(trackId, {
          seconds: (stay?.seconds ?? 0) + stayed,
          lastSeconds: ptsSeconds,
          inside: within,
        });
      }
      most = Math.max(most, inside);
      return { zone: name, inside, entered, left };
    },
    counts: () => ({
      objects: dwell.size,
      most,
      dwellSeconds: Object.fromEntries([...dwell].map(([id, { seconds }]) => [String(id), seconds])),
    }),
  };
}
