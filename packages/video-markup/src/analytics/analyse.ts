import type { FrameDetections } from "../detection.js";
import { type CountingLine, type LineCounts, type LineCrossing, lineCounter } from "./line-counter.js";
import { countByClass, type ObjectOptions, objectCollector, type TrackedObject } from "./objects.js";
import { type CountingZone, type ZoneCounts, zoneCounter } from "./zone-counter.js";

/** What is counted beside the objects themselves. */
export interface AnalyseOptions {
  /** Lines to count crossings of. Default: none. */
  readonly lines?: readonly CountingLine[];
  /** Zones to count objects in. Default: none. */
  readonly zones?: readonly CountingZone[];
  /** Which objects count. Default: those seen in three frames or more. */
  readonly objects?: ObjectOptions;
}

/** What one pass over a video's detections gives. Plain JSON. */
export interface Analysis {
  /** Frames looked at. */
  readonly frames: number;
  /** Length of the video in seconds, by its frames' times. */
  readonly durationSeconds: number;
  /** Frames with one detection or more. */
  readonly framesWithDetections: number;
  /** Detections in all frames. */
  readonly detectionCount: number;
  /** Each tracked object once; empty when nothing was tracked. */
  readonly objects: readonly TrackedObject[];
  /** How many objects of each class, by class name. */
  readonly objectsByClass: Readonly<Record<string, number>>;
  /** Crossings of each line, by its name. */
  readonly lines: Readonly<Record<string, LineCounts>>;
  /** Every crossing, in the order in which they were completed. */
  readonly crossings: readonly LineCrossing[];
  /** What each zone has seen, by its name. */
  readonly zones: Readonly<Record<string, ZoneCounts>>;
  /** Detections of each second of the video, by class: `perSecond[s][className]`. */
  readonly perSecond: readonly Readonly<Record<string, number>>[];
}

/**
 * Counts everything about a video's (tracked) detections in one pass, in frame order.
 *
 * @throws RangeError for a line without length, a bad threshold, or a zone of fewer than three corners.
 * @example
 * const { objectsByClass } = await analyseRecords(trackRecords(readRecords("road.jsonl")));
 * console.log(objectsByClass); // { pothole: 17, car: 4 }
 */
export async function analyseRecords(
  records: AsyncIterable<FrameDetections> | Iterable<FrameDetections>,
  options: AnalyseOptions = {},
): Promise<Analysis> {
  const collector = objectCollector(options.objects);
  const lines = (options.lines ?? []).map((line) => ({ name: line.name, counter: lineCounter(line) }));
  const zones = (options.zones ?? []).map((zone) => ({ name: zone.name, counter: zoneCounter(zone) }));
  const crossings: LineCrossing[] = [];
  const perSecond: Map<string, number>[] = [];
  let frames = 0;
  let framesWithDetections = 0;
  let detectionCount = 0;
  let last = 0;
  for await (const record of records) {
    frames++;
    last = Math.max(last, record.ptsSeconds);
    detectionCount += record.detections.length;
    if (record.detections.length > 0) framesWithDetections++;
    const second = Math.max(0, Math.floor(record.ptsSeconds));
    while (perSecond.length <= second) perSecond.push(new Map());
    for (const { className } of record.detections) {
      perSecond[second]!.set(className, (perSecond[second]!.get(className) ?? 0) + 1);
    }
    collector.update(record);
    for (const { counter } of lines) crossings.push(...counter.update(record));
    for (const { counter } of zones) counter.update(record);
  }
  const objects = collector.objects();
  return {
    frames,
    // The last frame is shown as long as the others on average.
    durationSeconds: frames > 1 ? (last * frames) / (frames - 1) : last,
    framesWithDetections,
    detectionCount,
    objects,
    objectsByClass: countByClass(objects),
    lines: Object.fromEntries(lines.map(({ name, counter }) => [name, counter.counts()])),
    crossings,
    zones: Object.fromEntries(zones.map(({ name, counter }) => [name, counter.counts()])),
    perSecond: perSecond.map((counts) => Object.fromEntries(counts)),
  };
}
