import type { Detection, FrameDetections } from "../detection.js";

/** Options of {@link smoother}. */
export interface SmoothOptions {
  /** Frames that are averaged, from 1. Default 5. */
  readonly frames?: number;
}

/**
 * Averages box and confidence of each tracked object over its last frames (as supervision's
 * `DetectionsSmoother`), which takes the trembling out of boxes. Objects without a track id stay as they are;
 * one that was not seen is not made up.
 *
 * @returns A function that takes one frame after another.
 * @throws RangeError when `frames` is less than 1.
 * @example
 * const smooth = smoother({ frames: 3 });
 * for await (const record of trackRecords(records)) console.log(smooth(record).detections);
 */
export function smoother(options: SmoothOptions = {}): (record: FrameDetections) => FrameDetections {
  const { frames = 5 } = options;
  if (!(frames >= 1)) throw new RangeError(`frames is ${frames}; it must be 1 or more.`);
  const histories = new Map<number, { frame: number; detection: Detection }[]>();
  return (record) => {
    for (const [id, history] of histories) {
      const recent = history.filter(({ frame }) => frame > record.frame - frames);
      if (recent.length > 0) histories.set(id, recent);
      else histories.delete(id);
    }
    const detections = record.detections.map((detection) => {
      if (detection.trackId === undefined) return detection;
      const history = histories.get(detection.trackId) ?? [];
      history.push({ frame: record.frame, detection });
      histories.set(detection.trackId, history);
      const mean = (pick: (one: Detection) => number) =>
        history.reduce((sum, entry) => sum + pick(entry.detection), 0) / history.length;
      return {
        ...detection,
        confidence: mean(({ confidence }) => confidence),
        xyxy: [
          mean(({ xyxy }) => xyxy[0]),
          mean(({ xyxy }) => xyxy[1]),
          mean(({ xyxy }) => xyxy[2]),
          mean(({ xyxy }) => xyxy[3]),
        ] as const,
      };
    });
    return { ...record, detections };
  };
}
