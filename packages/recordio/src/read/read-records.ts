import { CorruptRecordError } from "../errors.js";
import { decodeImagePayload, type ImageRecord } from "../format/ir-header.js";
import type { RawRecord } from "../format/record-parser.js";
import { type ReadOptions, readRecordBatches } from "./read-raw-records.js";
import type { RecordSource } from "./record-source.js";

/**
 * Reads image records in file order, with memory bounded by the largest record.
 *
 * @param source a path (file or FIFO), bytes, or a stream (S3 body, web stream)
 * @throws CorruptRecordError with the byte offset of the record that is wrong
 * @example
 * ```ts
 * for await (const { header, labels, image } of readRecords("train.rec")) {
 *   console.log(header.id, labels, image.length);
 * }
 * ```
 */
export async function* readRecords(
  source: RecordSource,
  options: ReadOptions = {},
): AsyncGenerator<ImageRecord, void, undefined> {
  for await (const batch of readRecordBatches(source, options)) {
    for (const raw of batch) {
      const record = decode(raw, options);
      if (record === undefined) continue;
      yield record;
      options.signal?.throwIfAborted();
    }
  }
}

function decode(raw: RawRecord, options: ReadOptions): ImageRecord | undefined {
  try {
    return decodeImagePayload(raw.payload, raw.byteOffset);
  } catch (error) {
    if (!(error instanceof CorruptRecordError) || options.onCorruptRecord !== "resync") throw error;
    // The framing is whole: the next record follows right behind.
    options.onCorrupt?.(error);
    return undefined;
  }
}
