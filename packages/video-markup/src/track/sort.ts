import type { Detection, FrameDetections, Xyxy } from "../detection.js";
import { assign } from "./assignment.js";
import { type AxisFilter, correctAxis, predictAxis, startAxis } from "./axis-filter.js";
import { iouCosts, type Tracker } from "./tracker.js";

/** Options of {@link sort}; the defaults are the paper's. */
export interface SortOptions {
  /** Frames that a track survives unseen, from 0. Default 1. */
  readonly maxAge?: number;
  /** Frames in a row that an object must be seen before it gets an id (not in the first ones), from 1. Default 3. */
  readonly minHits?: number;
  /** Least IoU of a match, 0 to 1. Default 0.3. */
  readonly iou?: number;
}

/** Measurement variances of centre x, y, area and aspect ratio. */
const MEASURED = [1, 1, 10, 10] as const;

interface Track {
  id: number | undefined;
  /** Centre x, y, area, aspect ratio; the last one does not move. */
  readonly axes: readonly [AxisFilter, AxisFilter, AxisFilter, AxisFilter];
  /** Frames seen in a row. */
  streak: number;
  /** Frames since it was seen. */
  unseen: number;
}

/**
 * SORT (Bewley et al., ICIP 2016): detections are matched to predicted boxes by IoU alone. Quick and simple;
 * ids change when an object is hidden for longer than `maxAge`.
 *
 * @throws RangeError when `iou` is not from 0 to 1.
 * @example
 * const tracker = sort({ maxAge: 5 });
 * for (const record of records) console.log(tracker.update(record).detections.map(({ trackId }) => trackId));
 */
export function sort(options: SortOptions = {}): Tracker {
  const { maxAge = 1, minHits = 3, iou = 0.3 } = options;
  if (!(iou >= 0 && iou <= 1)) throw new RangeError(`iou is ${iou}; it must be from 0 to 1.`);
  let tracks: Track[] = [];
  let frame = 0;
  let nextId = 1;
  return {
    update(record: FrameDetections): FrameDetections {
      frame++;
      for (const track of tracks) predict(track);
      tracks = tracks.filter((track) => boxOf(track).every(Number.isFinite));
      const { detections } = record;
      const boxes = detections.map(({ xyxy }) => xyxy);
      const found = assign(iouCosts(boxes, tracks.map(boxOf)), boxes.length, tracks.length, 1 - iou);
      const trackOf = new Map<number, Track>();
      for (const [row, column] of found.pairs) {
        const track = tracks[column]!;
        correct(track, boxes[row]!);
        trackOf.set(row, track);
      }
      for (const row of found.freeRows) {
        const track = begin(boxes[row]!);
        tracks.push(track);
        trackOf.set(row, track);
      }
      tracks = tracks.filter((track) => track.unseen <= maxAge);
      return {
        ...record,
        detections: detections.map((detection, row): Detection => {
          const track = trackOf.get(row)!;
          if (track.streak < minHits && frame > minHits) return detection;
          track.id ??= nextId++;
          return { ...detection, trackId: track.id };
        }),
      };
    },
  };
}

function begin(xyxy: Xyxy): Track {
  const [x, y, area, aspect] = measure(xyxy);
  return {
    id: undefined,
    axes: [startAxis(x, 10, 1e4), startAxis(y, 10, 1e4), startAxis(area, 10, 1e4), startAxis(aspect, 10, 0)],
    streak: 0,
    unseen: 0,
  };
}

function predict(track: Track): void {
  const [x, y, area, aspect] = track.axes;
  // An area must not shrink below nothing.
  if (area.velocity + area.position <= 0) area.velocity = 0;
  predictAxis(x, 1, 0.01);
  predictAxis(y, 1, 0.01);
  predictAxis(area, 1, 0.0001);
  predictAxis(aspect, 1, 0);
  if (track.unseen > 0) track.streak = 0;
  track.unseen++;
}

function correct(track: Track, xyxy: Xyxy): void {
  const measured = measure(xyxy);
  for (const [i, axis] of track.axes.entries()) correctAxis(axis, measured[i]!, MEASURED[i]!);
  track.streak++;
  track.unseen = 0;
}

function measure([x1, y1, x2, y2]: Xyxy): [number, number, number, number] {
  const width = x2 - x1;
  const height = Math.max(1e-3, y2 - y1);
  return [(x1 + x2) / 2, (y1 + y2) / 2, width * height, width / height];
}

function boxOf({ axes: [x, y, area, aspect] }: Track): Xyxy {
  const width = Math.sqrt(area.position * aspect.position);
  const height = area.position / width;
  return [x.position - width / 2, y.position - height / 2, x.position + width / 2, y.position + height / 2];
}
