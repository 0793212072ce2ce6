import { stat } from "node:fs/promises";
import { type CorruptRecordError, ListError } from "../errors.js";
import { folderProblem, naming } from "../files/read-problem.js";
import { BoxCheck } from "../format/box-check.js";
import { companionPath } from "../format/companion-path.js";
import { type IndexEntry, readIndexFile } from "../format/index-file.js";
import type { ImageRecord } from "../format/ir-header.js";
import { isWholeImage } from "../image/image-check.js";
import type { ListEntry } from "../list/image-list.js";
import { readListFile } from "../list/list-file.js";
import { isWithoutImage } from "../read/keyed-records.js";
import { readRecords } from "../read/read-records.js";

/** Options of {@link verifyRecordIO}. */
export interface VerifyOptions {
  /** The index. Default: the `.idx` beside the `.rec`, where there is one; `false` to leave it out. */
  readonly idxPath?: string | false;
  /** The list. Default: the `.lst` beside the `.rec`, where there is one; `false` to leave it out. */
  readonly lstPath?: string | false;
  /** Decode every image to its last pixel, which finds truncated and damaged ones. Default true. */
  readonly decode?: boolean;
  /** Stops it; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** One thing that is wrong. */
export interface VerifyProblem {
  /** Where in the `.rec`, in bytes, when it is a record. */
  readonly byteOffset?: number;
  /** Id of that record. */
  readonly id?: number;
  /** What is wrong, in words. */
  readonly message: string;
}

/** What {@link verifyRecordIO} found. */
export interface VerifyResult {
  /** Whole records found. */
  readonly records: number;
  /** Size of the `.rec`. */
  readonly bytes: number;
  /** Which files were compared. */
  readonly checked: {
    /** The records. */
    readonly rec: string;
    /** Their index, where one was compared. */
    readonly idx?: string;
    /** Their list, where one was compared. */
    readonly lst?: string;
  };
  /** What is wrong, in file order, up to a thousand. */
  readonly problems: readonly VerifyProblem[];
  /** Problems past the thousandth are counted, not listed. */
  readonly problemCount: number;
}

const MAX_LISTED = 1000;

/**
 * Reads a whole `.rec` and checks its framing, headers, boxes and images, and that `.idx` and `.lst` agree with it.
 *
 * @throws when the `.rec` itself cannot be opened; everything else is a problem in the result
 */
export async function verifyRecordIO(recPath: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const problems: VerifyProblem[] = [];
  let problemCount = 0;
  const add = (problem: VerifyProblem): void => {
    problemCount++;
    if (problems.length < MAX_LISTED) problems.push(problem);
  };
  const info = await naming(recPath, async () => await stat(recPath));
  if (info.isDirectory()) throw folderProblem(recPath);
  const bytes = info.size;
  const idxPath = await besides(recPath, ".idx", options.idxPath);
  const lstPath = await besides(recPath, ".lst", options.lstPath);
  const index = idxPath === undefined ? undefined : await load(() => readIndexFile(idxPath), add);
  const list =
    lstPath === undefined
      ? undefined
      : await load(async () => (await readListFile(lstPath, "")).entries, add);
  const seen = new Map<number, number>();
  const boxes = new BoxCheck(false);
  let records = 0;
  /** The line of .idx and .lst that tells of the next record. */
  let line = 0;
  let isBehindDamage = false;
  const reading = readRecords(recPath, {
    reuseMemory: true,
    onCorruptRecord: "resync",
    onCorrupt: (error: CorruptRecordError) => {
      isBehindDamage = true;
      add({ byteOffset: error.byteOffset, message: error.message });
    },
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  for await (const record of reading) {
    if (isBehindDamage) line = lineBehindDamage(record, line, index, list);
    isBehindDamage = false;
    const entry = index?.[line];
    // Records that all have the id 0 are told apart by the index alone.
    const isByIndex = record.header.id === 0 && entry?.byteOffset === record.byteOffset;
    const id = isByIndex ? entry.id : record.header.id;
    const earlier = seen.get(id);
    if (earlier !== undefined) {
      add(problem(record, `the id ${id} occurs twice (first as record ${earlier})`));
    }
    seen.set(id, records);
    if (!isByIndex) compareIndex(record, entry, add);
    compareList(record, id, list?.[line], add);
    if (!isWithoutImage(record)) {
      const wrong = boxes.problemOf(record.labels);
      if (wrong !== undefined) add(problem(record, wrong));
    }
    line++;
    if (options.decode !== false && !isWithoutImage(record)) {
      const reason = await isWholeImage(record.image);
      if (reason !== undefined) add(problem(record, `the image is not whole: ${reason}`));
    }
    records++;
  }
  if (bytes === 0) add({ message: `${recPath} is empty (0 bytes)` });
  compareCount(".idx", index?.length, records, add);
  compareCount(".lst", list?.length, records, add);
  return {
    records,
    bytes,
    checked: {
      rec: recPath,
      ...(idxPath !== undefined && { idx: idxPath }),
      ...(lstPath !== undefined && { lst: lstPath }),
    },
    problems,
    problemCount,
  };
}

type Add = (problem: VerifyProblem) => void;

function problem(record: ImageRecord, message: string): VerifyProblem {
  return { byteOffset: record.byteOffset, id: record.header.id, message };
}

/** Lines that are looked through for a record, where there is no index to tell by its offset. */
const LINES_SEARCHED = 1000;

/**
 * The line of a record behind lost ones: their lines are passed over, or every record from there on would seem wrong.
 *
 * @param from first line that may be meant
 */
function lineBehindDamage(
  record: ImageRecord,
  from: number,
  index: readonly IndexEntry[] | undefined,
  list: readonly ListEntry[] | undefined,
): number {
  if (index !== undefined) {
    let line = from;
    while (line < index.length && index[line]!.byteOffset < record.byteOffset) line++;
    return index[line]?.byteOffset === record.byteOffset ? line : from;
  }
  const found = list?.slice(from, from + LINES_SEARCHED).findIndex(({ id }) => id === record.header.id) ?? -1;
  return found === -1 ? from : from + found;
}

function compareIndex(record: ImageRecord, entry: IndexEntry | undefined, add: Add): void {
  if (entry === undefined) return;
  if (entry.id !== record.header.id || entry.byteOffset !== record.byteOffset) {
    add(
      problem(
        record,
        `the .idx says id ${entry.id} at ${entry.byteOffset}, the record is id ${record.header.id} at ${record.byteOffset}`,
      ),
    );
  }
}

function compareList(record: ImageRecord, id: number, entry: ListEntry | undefined, add: Add): void {
  if (entry === undefined) return;
  if (entry.id !== id) {
    add(problem(record, `the .lst says id ${entry.id}, the record has id ${id}`));
    return;
  }
  // im2rec without --pack-label stores only the first label of several.
  const stored = record.header.flag === 0 ? entry.labels.slice(0, 1) : entry.labels;
  const same =
    stored.length === record.labels.length &&
    stored.every((label, at) => {
      const packed = record.labels[at]!;
      return Math.fround(label) === packed || (Number.isNaN(label) && Number.isNaN(packed));
    });
  if (!same) {
    add(
      problem(
        record,
        `the .lst says label ${entry.labels.join(" ")}, the record has ${record.labels.join(" ")}`,
      ),
    );
  }
}

function compareCount(name: string, count: number | undefined, records: number, add: Add): void {
  if (count !== undefined && count !== records) {
    add({ message: `the ${name} has ${count} lines, the .rec has ${records} records` });
  }
}

async function load<T>(read: () => Promise<T>, add: Add): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ListError)) throw error;
    add({ message: error.message });
    return undefined;
  }
}

async function besides(
  recPath: string,
  ending: ".idx" | ".lst",
  given: string | false | undefined,
): Promise<string | undefined> {
  if (given !== undefined) return given === false ? undefined : given;
  const path = companionPath(recPath, ending);
  const found = await stat(path).then(
    () => true,
    () => false,
  );
  return found ? path : undefined;
}
