import { boxesOf } from "../format/box-labels.js";
import { countedLabels, decodeDetectionLabel } from "../format/detection-label.js";
import { imageSize } from "../image/image-size.js";
import type { ReadOptions } from "../read/read-raw-records.js";
import { readRecords } from "../read/read-records.js";
import type { RecordSource } from "../read/record-source.js";

/** What a `.rec` holds. */
export interface RecordIOInfo {
  /** How many it holds. */
  readonly records: number;
  /** Bytes of all images, without framing and headers. */
  readonly imageBytes: number;
  /** Records by first label; of boxes, by each class that they have a box of. */
  readonly recordsByLabel: Readonly<Record<string, number>>;
  /** What the records with boxes hold; undefined where none has any. */
  readonly boxes?: {
    /** Records with boxes. */
    readonly records: number;
    /** Boxes of all of them. */
    readonly objects: number;
    /** Boxes by class. */
    readonly objectsByLabel: Readonly<Record<string, number>>;
  };
  /** Labels of a record, smallest and largest number of. */
  readonly labelWidth: {
    /** Fewest labels of a record; 0 where there is no record. */
    readonly min: number;
    /** Most labels of a record. */
    readonly max: number;
  };
  /** Images by `WIDTHxHEIGHT`; `"unknown"` where the header does not say. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Images by format: `jpeg`, `png`, `webp`, `gif`, `bmp`, `tiff`, `unknown`. */
  readonly formats: Readonly<Record<string, number>>;
  /** Ids, as the records' headers have them. */
  readonly ids: {
    /** The smallest. */
    readonly min: number;
    /** The largest. */
    readonly max: number;
    /** Records whose id another has too. */
    readonly duplicates: number;
  };
}

/** Reads a `.rec` once and counts; image headers are looked at, pixels are not decoded. */
export async function recordIOInfo(source: RecordSource, options: ReadOptions = {}): Promise<RecordIOInfo> {
  const byLabel = new Map<number, number>();
  const sizes = new Map<string, number>();
  const formats = new Map<string, number>();
  const ids = new Set<number>();
  const width = { min: Number.POSITIVE_INFINITY, max: 0 };
  const range = { min: Number.POSITIVE_INFINITY, max: 0 };
  const objects = new Map<number, number>();
  let withBoxes = 0;
  let records = 0;
  let imageBytes = 0;
  for await (const { header, labels, image } of readRecords(source, { ...options, reuseMemory: true })) {
    records++;
    imageBytes += image.length;
    ids.add(header.id);
    for (const label of countedLabels(labels)) count(byLabel, label);
    if (boxesOf(labels) !== undefined) {
      withBoxes++;
      for (const { classId } of decodeDetectionLabel(labels).objects) count(objects, classId);
    }
    const size = imageSize(image);
    count(sizes, size === undefined ? "unknown" : `${size.width}x${size.height}`);
    count(formats, size?.format ?? "unknown");
    width.min = Math.min(width.min, labels.length);
    width.max = Math.max(width.max, labels.length);
    range.min = Math.min(range.min, header.id);
    range.max = Math.max(range.max, header.id);
  }
  if (records === 0) {
    width.min = 0;
    range.min = 0;
  }
  return {
    records,
    imageBytes,
    recordsByLabel: byNumber(byLabel),
    ...(withBoxes > 0 && {
      boxes: {
        records: withBoxes,
        objects: [...objects.values()].reduce((sum, boxes) => sum + boxes, 0),
        objectsByLabel: byNumber(objects),
      },
    }),
    labelWidth: width,
    sizes: Object.fromEntries([...sizes].sort(([, a], [, b]) => b - a)),
    formats: Object.fromEntries(formats),
    ids: { ...range, duplicates: records - ids.size },
  };
}

function byNumber(counts: ReadonlyMap<number, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => a - b));
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
