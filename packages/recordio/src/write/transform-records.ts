import { CorruptRecordError, RecordIOError } from "../errors.js";
import type { ImageRecord } from "../format/ir-header.js";
import { keyedRecords } from "../read/keyed-records.js";
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
