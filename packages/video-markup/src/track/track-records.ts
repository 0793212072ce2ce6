import type { FrameDetections } from "../detection.js";
import { roundDetection } from "../records/round-detection.js";
import type { ByteTrackOptions } from "./byte-track.js";
import { byteTrack } from "./byte-track.js";
import { type SmoothOptions, smoother } from "./smooth.js";
import { type SortOptions, sort } from "./sort.js";
import type { Tracker } from "./tracker.js";

/** Which tracker, with its options. */
export type TrackerChoice =
  | ({ readonly kind: "bytetrack" } & ByteTrackOptions)
  | ({ readonly kind: "sort" } & SortOptions);

/** Options of {@link trackRecords}. */
export interface TrackOptions {
  /** Default `{ kind: "bytetrack" }`. */
  readonly tracker?: TrackerChoice;
  /** Average boxes over the last frames; `true` for the defaults. Default: not. */
  readonly smooth?: boolean | SmoothOptions;
}

/**
 * A tracker of its own for one video.
 *
 * @throws RangeError for an unknown kind, or an option out of range.
 * @example
 * const tracker = createTracker({ kind: "bytetrack", lostFrames: 60 });
 * tracker.update(record).detections[0]?.trackId; // 1
 */
export function createTracker(choice: TrackerChoice = { kind: "bytetrack" }): Tracker {
  if (!["bytetrack", "sort"].includes(choice.kind)) {
    throw new RangeError(`"${choice.kind}" is no known tracker; choose from bytetrack, sort.`);
  }
  return choice.kind === "sort" ? sort(choice) : byteTrack(choice);
}

/**
 * Gives the detections of one video track ids, in frame order, with constant memory. Ids that the records
 * already have are replaced.
 *
 * @throws RangeError for an unknown tracker, or an option out of range.
 * @example
 * for await (const record of trackRecords(readRecords("road.jsonl"))) console.log(record.detections[0]?.trackId);
 */
export async function* trackRecords(
  records: AsyncIterable<FrameDetections> | Iterable<FrameDetections>,
  options: TrackOptions = {},
): AsyncGenerator<FrameDetections, void> {
  const tracker = createTracker(options.tracker);
  const smooth = options.smooth ? smoother(options.smooth === true ? {} : options.smooth) : undefined;
  for await (const record of records) {
    const detections = record.detections.map(({ trackId: _replaced, ...detection }) => detection);
    const tracked = tracker.update({ ...record, detections });
    if (!smooth) yield tracked;
    else {
      const smoothed = smooth(tracked);
      yield { ...smoothed, detections: smoothed.detections.map(roundDetection) };
    }
  }
}
