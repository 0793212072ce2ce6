import type { FrameDetections, Xyxy } from "../detection.js";

/** One tracked object over its whole life: what "17 potholes" counts. */
export interface TrackedObject {
  /** Identity over time, from 1. */
  readonly trackId: number;
  /** The class that most of its sights had. */
  readonly className: string;
  /** Frames in which it was seen. */
  readonly frames: number;
  /** Time of its first sight, in seconds from the start of the video. */
  readonly firstSeconds: number;
  /** Time of its last sight, in seconds from the start of the video. */
  readonly lastSeconds: number;
  /** The sight with the highest confidence. */
  readonly best: ObjectSight;
  /** The sight with the largest box: where the camera was nearest. */
  readonly nearest: ObjectSight;
}

/** One sight of an object. */
export interface ObjectSight {
  /** Index of the frame, from 0. */
  readonly frame: number;
  /** Time of the frame, in seconds from the start of the video. */
  readonly ptsSeconds: number;
  /** 0 to 1. */
  readonly confidence: number;
  /** Box in source pixels. */
  readonly xyxy: Xyxy;
}

/** Options of {@link objectCollector}. */
export interface ObjectOptions {
  /** Frames in which an object must be seen to count; takes out false alarms. From 1, default 3. */
  readonly minFrames?: number;
  /** Highest confidence that an object must reach to count, 0 to 1. Default 0. */
  readonly minConfidence?: number;
}

/** Gathers every tracked object once. */
export interface ObjectCollector {
  /** Takes the next frame. */
  update(record: FrameDetections): void;
  /** The objects that count, in the order in which they appeared. */
  objects(): TrackedObject[];
}

interface Life {
  readonly trackId: number;
  readonly classVotes: Map<string, number>;
  frames: number;
  readonly firstSeconds: number;
  lastSeconds: number;
  best: ObjectSight;
  nearest: ObjectSight;
}

/**
 * A collector for one video; its memory grows with the objects, not with the frames.
 *
 * @example
 * const collector = objectCollector({ minFrames: 5 });
 * for await (const record of trackRecords(records)) collector.update(record);
 * collector.objects().length; // 17
 */
export function objectCollector(options: ObjectOptions = {}): ObjectCollector {
  const { minFrames = 3, minConfidence = 0 } = options;
  const lives = new Map<number, Life>();
  return {
    update({ frame, ptsSeconds, detections }) {
      for (const { trackId, className, confidence, xyxy } of detections) {
        if (trackId === undefined) continue;
        const sight: ObjectSight = { frame, ptsSeconds, confidence, xyxy };
        let life = lives.get(trackId);
        if (!life) {
          life = {
            trackId,
            classVotes: new Map(),
            frames: 0,
            firstSeconds: ptsSeconds,
            lastSeconds: ptsSeconds,
            best: sight,
            nearest: sight,
          };
          lives.set(trackId, life);
        }
        life.frames++;
        life.lastSeconds = ptsSeconds;
        life.classVotes.set(className, (life.classVotes.get(className) ?? 0) + 1);
        if (confidence > life.best.confidence) life.best = sight;
        if (area(xyxy) > area(life.nearest.xyxy)) life.nearest = sight;
      }
    },
    objects: () =>
      [...lives.values()]
        .filter(({ frames, best }) => frames >= minFrames && best.confidence >= minConfidence)
        .map(({ classVotes, ...life }) => ({ ...life, className: mostVotes(classVotes) })),
  };
}

/** How many objects of each class there were. */
export function countByClass(objects: readonly TrackedObject[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { className } of objects) counts.set(className, (counts.get(className) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function mostVotes(votes: ReadonlyMap<string, number>): string {
  return [...votes].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0];
}

function area([x1, y1, x2, y2]: Xyxy): number {
  return (x2 - x1) * (y2 - y1);
}
