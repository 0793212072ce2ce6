import type { FrameDetections } from "../detection.js";
import { type Anchor, anchorPoint, insidePolygon, type SourcePoint } from "./anchor.js";

/** An area of the picture that objects are counted in. */
export interface CountingZone {
  readonly name: string;
  /** Three corners or more, in source pixels. */
  readonly polygon: readonly SourcePoint[];
  /** Which point of the box must lie inside. Default `foot`. */
  readonly anchor?: Anchor;
}

/** Who is in a zone in one frame. */
export interface ZonePresence {
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
  counts(): ZoneCounts;
}

/** A longer gap than this between two sights of an object inside does not count as dwelling, in seconds. */
const LONGEST_GAP = 2;

/** A counter for one zone. */
export function zoneCounter(zone: CountingZone): ZoneCounter {
  if (zone.polygon.length < 3) {
    throw new RangeError(
      `The zone "${zone.name}" has ${zone.polygon.length} corners; it needs three or more.`,
    );
  }
  const dwell = new Map<number, { seconds: number; lastSeconds: number; inside: boolean }>();
  let most = 0;
  return {
    update({ ptsSeconds, detections }) {
      let inside = 0;
      const entered: number[] = [];
      const left: number[] = [];
      for (const { trackId, xyxy } of detections) {
        const within = insidePolygon(anchorPoint(xyxy, zone.anchor ?? "foot"), zone.polygon);
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
      return { zone: zone.name, inside, entered, left };
    },
    counts: () => ({
      objects: dwell.size,
      most,
      dwellSeconds: Object.fromEntries([...dwell].map(([id, { seconds }]) => [String(id), seconds])),
    }),
  };
}
