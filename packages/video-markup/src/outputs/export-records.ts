import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { startWholeFile } from "../records/whole-file.js";
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
  readonly signal?: AbortSignal;
}

/**
 * Writes detections to a file (for `yolo` to a folder that must not exist yet), a record at a time. It appears
 * under its name only when it is complete.
 *
 * @throws RangeError for an unknown format.
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
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  const hidden = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.part`);
  if (format === "yolo") await writeFolder(records, target, hidden, options);
  else await writeText(chunksOf(records, format, options), target, hidden, options.signal);
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

async function writeText(
  chunks: AsyncIterable<string>,
  target: string,
  hidden: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await startWholeFile(target, hidden);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await file.write(chunk);
    }
    await file.commit();
  } finally {
    await file.discard();
  }
}

async function writeFolder(
  records: Records,
  target: string,
  hidden: string,
  options: ExportOptions,
): Promise<void> {
  await mkdir(hidden);
  try {
    for await (const { name, text } of toYoloText(records, options)) {
      options.signal?.throwIfAborted();
      await writeFile(join(hidden, name), text);
    }
    await rename(hidden, target);
  } finally {
    await rm(hidden, { recursive: true, force: true });
  }
}
