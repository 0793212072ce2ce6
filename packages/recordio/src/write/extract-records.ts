import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
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
 * packing left beside the `.rec`.
 *
 * @returns the list's entries
 * @throws RecordIOError when one of these files is there already: nothing is overwritten; and at a box that has no class
 * or does not lie within its image
 */
export async function extractRecords(
  source: RecordSource,
  folder: string,
  options: ExtractOptions = {},
): Promise<ListEntry[]> {
  const entries: ListEntry[] = [];
  const made = new Set<string>();
  const listPath = join(folder, "list.lst");
  const cocoPath = join(folder, "annotations.json");
  const withBoxes: CocoImage[] = [];
  for (const path of [listPath, cocoPath]) {
    if (!(await exists(path))) continue;
    throw new RecordIOError(`${path} is there already; nothing was written. Give an empty folder.`);
  }
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
      const remedy =
        cause.code === "EEXIST" ? "The id occurs twice, or the folder is not empty." : cause.message;
      throw new RecordIOError(
        `${join(folder, path)} cannot be written (record at byte ${byteOffset}): ${remedy}`,
        {
          cause,
        },
      );
    });
    entries.push({ id: header.id, labels, path });
    if (hasBoxes) withBoxes.push({ id: header.id, fileName: path, labels, ...(await sidesOf(record)) });
  }
  await mkdir(folder, { recursive: true });
  await writeListFile(listPath, entries);
  if (withBoxes.length > 0) {
    const names = typeof source === "string" ? await namesBeside(source) : NO_NAMES;
    await writeWholeFile(cocoPath, cocoDocument(withBoxes, names));
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

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
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
