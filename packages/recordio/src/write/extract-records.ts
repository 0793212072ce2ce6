import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTemporary, temporaryName } from "@sightline/foundation/temporary-name";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { type CocoImage, cocoDocument } from "../boxes/write-coco.js";
import { RecordIOError } from "../errors.js";
import { boxesOf } from "../format/box-labels.js";
import { boxProblem, decodeDetectionLabel } from "../format/detection-label.js";
import type { ImageRecord } from "../format/ir-header.js";
import { imageSize } from "../image/image-size.js";
import { frameOf, type PictureFrame } from "../image/picture-frame.js";
import type { ListEntry } from "../list/image-list.js";
import { writeListFile } from "../list/list-file.js";
import { isWithoutImage, keyedRecords } from "../read/keyed-records.js";
import { NO_NAMES, namesBeside } from "../read/names-beside.js";
import type { ReadOptions } from "../read/read-raw-records.js";
import type { RecordSource } from "../read/record-source.js";

/** Options of {@link extractRecords}. */
export interface ExtractOptions extends ReadOptions {
  /** Only these ids. Default: all. */
  readonly ids?: ReadonlySet<number>;
  /** Called with the id of each record that holds labels and no image, which no file can be made of. */
  readonly onWithoutImage?: (id: number) => void;
}

/**
 * Writes the images of a `.rec` as files, `LABEL/ID.jpg`, and a `list.lst` with ids and labels that packs them again. Images
 * with boxes go to `images/ID.jpg`, and their boxes to `annotations.json` in COCO's form, with names from the report that
 * packing left beside the `.rec`. They appear in the folder when all are written, the list last.
 *
 * @returns the list's entries
 * @throws RecordIOError when one of these files or folders is there already: nothing is overwritten; when an id occurs
 * twice; and at a box that has no class or does not lie within its image
 */
export async function extractRecords(
  source: RecordSource,
  folder: string,
  options: ExtractOptions = {},
): Promise<ListEntry[]> {
  await mkdir(folder, { recursive: true });
  // Inside, not beside it: the folder may be a disk of its own.
  const whole = join(folder, "records");
  await removeTemporary(whole);
  await refuseTaken(folder, [LIST, COCO]);
  const partial = temporaryName(whole);
  await mkdir(partial);
  try {
    const entries = await writeFiles(source, partial, options);
    const names = await readdir(partial);
    await refuseTaken(folder, names);
    for (const name of [...names.filter((name) => name !== LIST), LIST])
      await rename(join(partial, name), join(folder, name));
    return entries;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

const LIST = "list.lst";
const COCO = "annotations.json";

async function refuseTaken(folder: string, names: readonly string[]): Promise<void> {
  const taken = (await readdir(folder)).find((name) => names.includes(name));
  if (taken === undefined) return;
  throw new RecordIOError(
    `${join(folder, taken)} is there already; nothing was written. Give an empty folder.`,
  );
}

async function writeFiles(
  source: RecordSource,
  folder: string,
  options: ExtractOptions,
): Promise<ListEntry[]> {
  const entries: ListEntry[] = [];
  const made = new Set<string>();
  const withBoxes: CocoImage[] = [];
  for await (const record of keyedRecords(source, options)) {
    const { header, labels, image, byteOffset } = record;
    if (isWithoutImage(record)) {
      options.onWithoutImage?.(header.id);
      continue;
    }
    if (options.ids !== undefined && !options.ids.has(header.id)) continue;
    const hasBoxes = boxesOf(labels) !== undefined;
    const problem = hasBoxes ? boxProblem(decodeDetectionLabel(labels)) : undefined;
    if (problem !== undefined) {
      throw new RecordIOError(
        `The boxes of id ${header.id} (record at byte ${byteOffset}) cannot be written as annotations: ${problem}. Extract the other ids only, or give it right labels by relabelRecords.`,
      );
    }
    const label = hasBoxes ? "images" : String(labels[0] ?? "none");
    if (!made.has(label)) {
      await mkdir(join(folder, label), { recursive: true });
      made.add(label);
    }
    const path = `${label}/${header.id}.${EXTENSIONS[imageSize(image)?.format ?? "unknown"]}`;
    // "wx": two records of one id must not silently become one file.
    await writeFile(join(folder, path), image, { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EEXIST" ? "the id occurs twice." : cause.message;
      throw new RecordIOError(`${path} cannot be written (record at byte ${byteOffset}): ${reason}`, {
        cause,
      });
    });
    entries.push({ id: header.id, labels, path });
    if (hasBoxes) withBoxes.push({ id: header.id, fileName: path, labels, ...(await sidesOf(record)) });
  }
  await writeListFile(join(folder, LIST), entries);
  if (withBoxes.length > 0) {
    const names = typeof source === "string" ? await namesBeside(source) : NO_NAMES;
    await writeWholeFile(join(folder, COCO), cocoDocument(withBoxes, names));
  }
  return entries;
}

async function sidesOf({ header, image, byteOffset }: ImageRecord): Promise<PictureFrame> {
  return await frameOf(image).catch((cause: unknown) => {
    throw new RecordIOError(
      `The image of id ${header.id} (record at byte ${byteOffset}) does not tell its sides, which its boxes are shares of: ${(cause as Error).message}`,
      { cause },
    );
  });
}

const EXTENSIONS = {
  jpeg: "jpg",
  png: "png",
  webp: "webp",
  gif: "gif",
  bmp: "bmp",
  tiff: "tif",
  unknown: "bin",
} as const;
