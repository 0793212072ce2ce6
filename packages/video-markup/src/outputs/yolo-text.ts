import { maskOutlines } from "../annotate/mask-outline.js";
import type { Detection, Size } from "../detection.js";
import type { ExportInfo, Records } from "./export-info.js";

/** One frame's label file. */
export interface YoloLabelFile {
  /** `frame_000000.txt`, by the frame's number. */
  readonly name: string;
  /** Its lines, each ended by a line feed. */
  readonly text: string;
}

/** Options of {@link toYoloText}. */
export interface YoloTextOptions extends ExportInfo {
  /** Write the confidence at the end of each line, as `yolo predict save_conf` does. Default false. */
  readonly confidence?: boolean;
}

/**
 * YOLO's label files: for each frame with detections, lines of class id, centre x, centre y, width and height
 * from 0 to 1; with a mask, class id and the polygon's points instead.
 */
export async function* toYoloText(
  records: Records,
  options: YoloTextOptions,
): AsyncGenerator<YoloLabelFile, void> {
  for await (const { frame, detections } of records) {
    if (detections.length === 0) continue;
    const lines = detections.map((detection) => {
      const tail = options.confidence ? ` ${share(detection.confidence)}` : "";
      return `${detection.classId} ${shape(detection, options.size)}${tail}\n`;
    });
    yield { name: `frame_${String(frame).padStart(6, "0")}.txt`, text: lines.join("") };
  }
}

function shape({ xyxy: [x1, y1, x2, y2], mask }: Detection, { width, height }: Size): string {
  // The format has one polygon an object: the largest part stands for it.
  const rings = mask ? maskOutlines(mask) : [];
  const ring = rings.reduce((most, one) => (one.length > most.length ? one : most), rings[0] ?? []);
  if (ring.length >= 3) return ring.flatMap(([x, y]) => [share(x / width), share(y / height)]).join(" ");
  const box = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height];
  return box.map(share).join(" ");
}

function share(value: number): string {
  return Math.max(0, Math.min(1, value)).toFixed(6);
}
