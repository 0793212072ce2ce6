import type { FrameDetections } from "../detection.js";
import type { Records } from "./export-info.js";

/** Options of {@link toSrt}. */
export interface SrtOptions {
  /** Seconds that one subtitle sums up. Default 1. */
  readonly seconds?: number;
}

/** Subtitles that say what is seen: one for each stretch of time with detections, most of each class at once. */
export async function* toSrt(records: Records, options: SrtOptions = {}): AsyncGenerator<string, void> {
  const { seconds = 1 } = options;
  if (!(seconds > 0)) throw new RangeError(`seconds is ${seconds}; it must be more than 0.`);
  let number = 0;
  let stretch = -1;
  let most = new Map<string, number>();
  const subtitle = (): string => {
    if (most.size === 0) return "";
    const from = stamp(stretch * seconds);
    const to = stamp((stretch + 1) * seconds);
    const text = [...most].map(([name, count]) => (count > 1 ? `${count} x ${name}` : name)).join(", ");
    return `${++number}\n${from} --> ${to}\n${text}\n\n`;
  };
  for await (const record of records) {
    const next = Math.floor(record.ptsSeconds / seconds);
    if (next !== stretch) {
      const text = subtitle();
      if (text) yield text;
      stretch = next;
      most = new Map();
    }
    for (const [name, count] of classCounts(record)) most.set(name, Math.max(count, most.get(name) ?? 0));
  }
  const text = subtitle();
  if (text) yield text;
}

function classCounts({ detections }: FrameDetections): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { className } of detections) counts.set(className, (counts.get(className) ?? 0) + 1);
  return counts;
}

/** `hh:mm:ss,mmm` */
function stamp(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const pad = (value: number, digits = 2) => String(Math.floor(value)).padStart(digits, "0");
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1000) % 60)},${pad(ms % 1000, 3)}`;
}
