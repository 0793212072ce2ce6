import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Size } from "../detection.js";
import { checkWritable } from "../files/check-outputs.js";
import { startNewFolder } from "../files/new-folder.js";
import { writeWhole } from "../files/whole-file.js";
import { toCoco } from "./coco.js";
import { toCsv } from "./csv.js";
import type { ExportInfo, Records } from "./export-info.js";
import { toMot } from "./mot.js";
import { toSrt } from "./srt.js";
import { toYoloText } from "./yolo-text.js";

/** Formats that detections can be written in. */
export const exportFormats = ["csv", "coco", "mot", "srt", "yolo"] as const;

/** A format that detections can be written in; `yolo` is a folder of text files. */
export type ExportFormat = (typeof exportFormats)[number];

/** Options of {@link exportRecords}. */
export interface ExportOptions extends ExportInfo {
  /** Ends the work; nothing is left behind. Default: none. */
  readonly signal?: AbortSignal;
}

/**
 * Writes detections to a file (for `yolo` to a folder that must not exist yet), a record at a time. It appears
 * under its name only when it is complete.
 *
 * @throws RangeError for an unknown format, or a frame size that is not from 1 pixel.
 */
export async function exportRecords(
  records: Records,
  path: string,
  format: ExportFormat,
  options: ExportOptions,
): Promise<void> {
  if (!exportFormats.includes(format)) {
    throw new RangeError(`"${format}" is no known format; choose from ${exportFormats.join(", ")}.`);
  }
  if (format === "coco" || format === "yolo") checkSize(options.size);
  if (format !== "yolo") await checkWritable({ what: "output", path });
  if (format === "yolo") await writeFolder(records, path, options);
  else await writeWhole(chunksOf(records, format, options), path, options.signal);
}

function chunksOf(
  records: Records,
  format: Exclude<ExportFormat, "yolo">,
  options: ExportOptions,
): AsyncGenerator<string, void> {
  if (format === "csv") return toCsv(records);
  if (format === "coco") return toCoco(records, options);
  return format === "mot" ? toMot(records) : toSrt(records);
}

async function writeFolder(records: Records, path: string, options: ExportOptions): Promise<void> {
  const folder = await startNewFolder(path);
  try {
    for await (const { name, text } of toYoloText(records, options)) {
      options.signal?.throwIfAborted();
      await writeFile(join(folder.hidden, name), text);
    }
    await folder.commit();
  } finally {
    await folder.discard();
  }
}

function checkSize({ width, height }: Size): void {
  const possible = [width, height].every((side) => side >= 1 && side < Number.POSITIVE_INFINITY);
  if (!possible) throw new RangeError(`The frame is ${width}x${height}; its sides are pixels, from 1.`);
}
