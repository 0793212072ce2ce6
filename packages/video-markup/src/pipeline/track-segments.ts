import type { FrameDetections } from "../detection.js";
import type { Segment } from "../media/plan-segments.js";
import { readRecords } from "../records/frame-records.js";
import { startRecordFile } from "../records/record-file.js";
import { type TrackOptions, trackRecords } from "../track/track-records.js";
import { type SegmentRecords, segmentFile } from "./segment-files.js";

/** Tracks a video's segments one after the other, as they come out of detection in whatever order. */
export interface SegmentTracker {
  /** The next segment's records with track ids. To be called for each segment in order, without waiting. */
  next(segment: Segment, detected: Promise<SegmentRecords>): Promise<SegmentRecords>;
}

/** @param folder where the tracked records go; they are cheap to make again, so that no run takes up older ones */
export function createSegmentTracker(folder: string, options: TrackOptions): SegmentTracker {
  const queue: Promise<SegmentRecords>[] = [];
  const feed = async function* (): AsyncGenerator<FrameDetections, void> {
    for (const detected of queue) yield* readRecords((await detected).recordsPath);
  };
  const tracked = trackRecords(feed(), options);
  let previous: Promise<unknown> = Promise.resolve();
  return {
    next(segment, detected) {
      queue.push(detected);
      // A failure before its turn comes must not count as unhandled; `own` reports it, or an earlier one.
      detected.catch(() => {});
      const own = previous.then(async () => {
        const records = await detected;
        const recordsPath = segmentFile(folder, segment, "jsonl");
        const file = await startRecordFile(recordsPath);
        try {
          for (let n = 0; n < records.frames; n++) {
            const { value } = await tracked.next();
            if (value) await file.write(value);
          }
          await file.commit();
        } finally {
          await file.discard();
        }
        return { ...records, recordsPath };
      });
      previous = own;
      // Awaited by whoever asked; a failure before that must not count as unhandled.
      own.catch(() => {});
      return own;
    },
  };
}
