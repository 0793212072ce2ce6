import type { FrameDetections } from "../detection.js";
import type { Point } from "./draw-line.js";

/** Where each tracked object came from. */
export interface Traces {
  /** Takes one frame's detections; frames come in order. */
  add(record: FrameDetections): void;
  /** The way of one track, oldest point first. */
  of(trackId: number): readonly Point[];
}

/** Ways of the last `seconds`, by the foot of the box; tracks not seen for that long are forgotten. */
export function traceKeeper(seconds: number): Traces {
  const ways = new Map<number, { time: number; point: Point }[]>();
  return {
    add({ ptsSeconds, detections }) {
      for (const { trackId, xyxy } of detections) {
        if (trackId === undefined) continue;
        const way = ways.get(trackId) ?? [];
        way.push({ time: ptsSeconds, point: [(xyxy[0] + xyxy[2]) / 2, xyxy[3]] });
        ways.set(trackId, way);
      }
      for (const [trackId, way] of ways) {
        while (way.length > 0 && way[0]!.time < ptsSeconds - seconds) way.shift();
        if (way.length === 0) ways.delete(trackId);
      }
    },
    of: (trackId) => (ways.get(trackId) ?? []).map(({ point }) => point),
  };
}
