import { sumFaults } from "../inference/frame-counts.js";
import type { Segment } from "../media/plan-segments.js";
import type { VideoInfo } from "../media/probe.js";
import type { SegmentRecords } from "./segment-files.js";

/** The frames that a job delivers, and what it therefore has to say of its source. */
export interface SourceNotes {
  /** One more frame, in order. */
  see(ptsSeconds: number): void;
  /** What of the source is missing, damaged or changed, in words. */
  notes(): readonly string[];
}

/** @param parts what the segments' tasks counted */
export function createSourceNotes(
  video: VideoInfo,
  segments: readonly Segment[],
  parts: readonly SegmentRecords[],
): SourceNotes {
  const { timeBase, originPts, index } = video;
  const first = segments[0]?.firstFrame ?? 0;
  const end = first + segments.reduce((sum, { frames }) => sum + frames, 0);
  const secondsOf = (pts: number) => ((pts - originPts) * timeBase.num) / timeBase.den;
  let missing = 0;
  let missingFrom = 0;
  let missingTo = 0;
  let expected = first;
  const miss = () => {
    const at = secondsOf(index.pts[expected]!);
    if (missing++ === 0) missingFrom = at;
    missingTo = at;
  };
  return {
    see(ptsSeconds) {
      const pts = Math.round((ptsSeconds * timeBase.den) / timeBase.num) + originPts;
      for (; expected < end && index.pts[expected]! < pts; expected++) miss();
      if (expected < end && index.pts[expected] === pts) expected++;
    },
    notes() {
      for (; expected < end; expected++) miss();
      const faults = sumFaults(parts);
      const notes: string[] = [];
      if (video.interlaced) {
        notes.push("the source is interlaced; its frames were deinterlaced, one for each");
      }
      // Packets that are no frame of their own (hidden ones) are no fault: the decoder has to have complained.
      if (missing > 0 && faults && faults.undecodable > 0) {
        notes.push(
          `${are(missing)} missing, because the source could not be decoded ${at(missingFrom, missingTo)}`,
        );
      }
      if (faults && faults.damaged > 0) {
        const where = at(faults.fromSeconds, faults.toSeconds, "about ");
        notes.push(
          `${are(faults.damaged)} damaged in the source, ${where}; the decoder has mended what it could`,
        );
      }
      const cut = end < index.pts.length || segments.length === 0;
      if (video.promisedSeconds !== undefined && !cut) notes.push(endsEarly(video, video.promisedSeconds));
      return notes;
    },
  };
}

function endsEarly({ index, timeBase, originPts, frameRate }: VideoInfo, promised: number): string {
  const last = index.pts.at(-1)! + index.lastDuration - originPts;
  const seconds = (last * timeBase.num) / timeBase.den;
  const missing = Math.max(0, Math.round(((promised - seconds) * frameRate.num) / frameRate.den));
  return `the source is cut short: it ends at ${seconds.toFixed(2)} s of the ${promised.toFixed(2)} s that its header tells; about ${are(missing)} missing`;
}

function are(frames: number): string {
  return frames === 1 ? "1 frame is" : `${frames} frames are`;
}

function at(from: number, to: number, about = ""): string {
  const [first, last] = [from.toFixed(2), to.toFixed(2)];
  return first === last ? `at ${about}${first} s` : `from ${about}${first} s to ${last} s`;
}
