import type { TrackedObject } from "../analytics/objects.js";
import type { FrameDetections } from "../detection.js";
import type { Records } from "./export-info.js";

/** A frame worth a picture. */
export interface KeyFrame {
  /** What was found in it. */
  readonly record: FrameDetections;
  /** Sum of the confidences in it. */
  readonly score: number;
}

/**
 * The frames that show most, spread over the video: at most `count`, at least `spacingSeconds` apart, in order
 * of time. Memory grows with the length of the video in spacings, not in frames.
 *
 * @param count Pictures of a contact sheet. Default 12.
 * @param spacingSeconds Default 1.
 */
export async function pickKeyFrames(records: Records, count = 12, spacingSeconds = 1): Promise<KeyFrame[]> {
  const bestOfStretch = new Map<number, KeyFrame>();
  for await (const record of records) {
    const score = record.detections.reduce((sum, { confidence }) => sum + confidence, 0);
    if (score === 0) continue;
    const stretch = Math.floor(record.ptsSeconds / spacingSeconds);
    if (score > (bestOfStretch.get(stretch)?.score ?? 0)) bestOfStretch.set(stretch, { record, score });
  }
  const chosen: KeyFrame[] = [];
  const candidates = [...bestOfStretch.values()].sort((a, b) => b.score - a.score);
  for (const candidate of candidates) {
    if (chosen.length >= count) break;
    const time = candidate.record.ptsSeconds;
    if (chosen.every(({ record }) => Math.abs(record.ptsSeconds - time) >= spacingSeconds))
      chosen.push(candidate);
  }
  return chosen.sort((a, b) => a.record.ptsSeconds - b.record.ptsSeconds);
}

/** A stretch of the video, in seconds. */
export interface Clip {
  /** Where it begins. */
  readonly startSeconds: number;
  /** Where it ends. */
  readonly endSeconds: number;
  /** Tracks to be seen in it. */
  readonly trackIds: readonly number[];
}

/** Options of {@link planClips}. */
export interface ClipOptions {
  /** Seconds before the first and after the last sight of an object. Default 1. */
  readonly margin?: number;
  /** Length of the video in seconds: no clip ends later. Default: no limit. */
  readonly durationSeconds?: number;
}

/**
 * The stretches in which objects are seen, those that touch joined into one clip, in order of time.
 *
 * @example
 * planClips(analysis.objects); // [{ startSeconds: 2.1, endSeconds: 6.4, trackIds: [1, 2] }]
 */
export function planClips(objects: readonly TrackedObject[], options: ClipOptions = {}): Clip[] {
  const { margin = 1, durationSeconds = Number.POSITIVE_INFINITY } = options;
  const clips: { startSeconds: number; endSeconds: number; trackIds: number[] }[] = [];
  for (const { trackId, firstSeconds, lastSeconds } of [...objects].sort(
    (a, b) => a.firstSeconds - b.firstSeconds,
  )) {
    const startSeconds = Math.max(0, firstSeconds - margin);
    const endSeconds = Math.min(durationSeconds, lastSeconds + margin);
    const open = clips.at(-1);
    if (open && startSeconds <= open.endSeconds) {
      open.endSeconds = Math.max(open.endSeconds, endSeconds);
      open.trackIds.push(trackId);
    } else clips.push({ startSeconds, endSeconds, trackIds: [trackId] });
  }
  return clips;
}
