import { access, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CorruptRecordError, RecordIOError } from "../errors.js";
import type { ImageRecord } from "../format/ir-header.js";
import { imageSize } from "../image/image-size.js";
import type { ListEntry } from "../list/image-list.js";
import { writeListFile } from "../list/list-file.js";
import { isWithoutImage, keyedRecords } from "../read/keyed-records.js";
import type { ReadOptions } from "../read/read-raw-records.js";
import type { RecordSource } from "../read/record-source.js";
import { RecordWriter } from "./record-writer.js";

/** Options of {@link mergeRecords}. */
export interface MergeOptions extends ReadOptions {
  /** Number the records anew from 0. Default false: ids are kept, and one that occurs twice is an error. */
  readonly renumber?: boolean;
}

/**
 * Joins `.rec` files into one, in the order given.
 *
 * @param output path of the new `.rec`; its `.idx` lies beside it
 * @returns how many records it has
 * @throws RecordIOError when an id occurs twice and `renumber` is not set; CorruptRecordError, which names the source
 */
export async function mergeRecords(
  sources: readonly RecordSource[],
  output: string,
  options: MergeOptions = {},
): Promise<number> {
  const ids = new Set<number>();
  return await writeInto(output, async (writer) => {
    for (const [number, source] of sources.entries()) {
      for await (const record of namingErrors(keyedRecords(source, options), source, number)) {
        const id = options.renumber === true ? ids.size : record.header.id;
        if (ids.has(id)) {
          throw new RecordIOError(`The id ${id} occurs in more than one record. Merge with renumber.`);
        }
        ids.add(id);
        await copyRecord(writer, record, id, record.labels);
      }
    }
    return ids.size;
  });
}

/** Says of several sources which one is corrupt. */
async function* namingErrors<T>(
  records: AsyncIterable<T>,
  source: RecordSource,
  number: number,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* records;
  } catch (cause) {
    if (!(cause instanceof CorruptRecordError)) throw cause;
    const name = typeof source === "string" || source instanceof URL ? String(source) : `Source ${number}`;
    throw new CorruptRecordError(`${name}: ${cause.reason}`, cause.byteOffset, { cause });
  }
}

/**
 * Copies a `.rec` with other labels.
 *
 * @param labelsOf the new labels of a record; undefined leaves the record out
 * @returns how many records were written
 */
export async function relabelRecords(
  source: RecordSource,
  output: string,
  labelsOf: (record: ImageRecord) => readonly number[] | undefined,
  options: ReadOptions = {},
): Promise<number> {
  return await writeInto(output, async (writer) => {
    let count = 0;
    for await (const record of keyedRecords(source, options)) {
      const labels = labelsOf(record);
      if (labels === undefined) continue;
      await copyRecord(writer, record, record.header.id, labels);
      count++;
    }
    return count;
  });
}

/** Options of {@link extractRecords}. */
export interface ExtractOptions extends ReadOptions {
  /** Only these ids. Default: all. */
  readonly ids?: ReadonlySet<number>;
  /** Called with the id of each record that holds labels and no image, which no file can be made of. */
  readonly onWithoutImage?: (id: number) => void;
}

/**
 * Writes the images of a `.rec` as files, `LABEL/ID.jpg`, and a `list.lst` with ids and labels that packs them again.
 *
 * @returns the list's entries
 * @throws RecordIOError when one of these files is there already: nothing is overwritten
 */
export async function extractRecords(
  source: RecordSource,
  folder: string,
  options: ExtractOptions = {},
): Promise<ListEntry[]> {
  const entries: ListEntry[] = [];
  const made = new Set<string>();
  const listPath = join(folder, "list.lst");
  if (await exists(listPath)) {
    throw new RecordIOError(`${listPath} is there already; nothing was written. Give an empty folder.`);
  }
  for await (const record of keyedRecords(source, options)) {
    const { header, labels, image, byteOffset } = record;
    if (isWithoutImage(record)) {
      options.onWithoutImage?.(header.id);
      continue;
    }
    if (options.ids !== undefined && !options.ids.has(header.id)) continue;
    const label = String(labels[0] ?? "none");
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
  }
  await mkdir(folder, { recursive: true });
  await writeListFile(listPath, entries);
  return entries;
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

async function copyRecord(writer: RecordWriter, record: ImageRecord, id: number, labels: readonly number[]) {
  // Whether labels lie behind the header stays as it was, unless there is no longer exactly one.
  const packLabels = record.header.flag > 0 || labels.length !== 1;
  await writer.writeImage({ id, id2: record.header.id2, labels, packLabels }, record.image);
}

async function writeInto<T>(output: string, work: (writer: RecordWriter) => Promise<T>): Promise<T> {
  const writer = await RecordWriter.create(output);
  try {
    const result = await work(writer);
    await writer.close();
    return result;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
