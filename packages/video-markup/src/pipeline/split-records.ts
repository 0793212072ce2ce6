import { VideoMarkupError } from "../errors.js";
import { FrameCounts } from "../inference/frame-counts.js";
import { readRecords } from "../records/frame-records.js";
import { startRecordFile } from "../records/record-file.js";
import { type SegmentRecords, segmentFile } from "./segment-files.js";
import type { VideoJob } from "./video-job.js";

/**
 * Deals the records of a whole video out to its segments, by time.
 *
 * @throws {VideoMarkupError} when records are missing for some of the frames
 */
export async function splitRecords(job: VideoJob, path: string, folder: string): Promise<SegmentRecords[]> {
  const { segments, source, signal } = job;
  const { timeBase, originPts } = source;
  const parts: SegmentRecords[] = [];
  const records = readRecords(path);
  let pending = await records.next();
  try {
    for (const segment of segments) {
      signal.throwIfAborted();
      const recordsPath = segmentFile(folder, segment, "jsonl");
      const file = await startRecordFile(recordsPath);
      const counts = new FrameCounts();
      try {
        for (; !pending.done; pending = await records.next()) {
          const record = pending.value;
          const pts = Math.round((record.ptsSeconds * timeBase.den) / timeBase.num) + originPts;
          if (segment.startPts !== undefined && pts < segment.startPts) continue;
          if (segment.endPts !== undefined && pts >= segment.endPts) break;
          await file.write(record);
          counts.add(record);
        }
        await file.commit();
      } finally {
        await file.discard();
      }
      if (counts.frames === 0) {
        throw new VideoMarkupError(
          `${path} holds nothing for the frames from ${segment.firstFrame} on of ${source.input}; the detections belong to another video or a part of it`,
        );
      }
      parts.push({ ...counts.totals(), recordsPath });
    }
  } finally {
    await records.return();
  }
  return parts;
}
