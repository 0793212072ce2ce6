import { CorruptRecordError, RecordIOError } from "../errors.js";
import { type ReadOptions, readRawRecords } from "../read/read-raw-records.js";
import type { RecordSource } from "../read/record-source.js";
import { decodeProtobufRecord, type ProtobufRecord } from "./protobuf-record.js";

/**
 * Reads records of `application/x-recordio-protobuf`.
 *
 * @throws CorruptRecordError with the byte offset of the record that is wrong
 */
export async function* readProtobufRecords(
  source: RecordSource,
  options: ReadOptions = {},
): AsyncGenerator<ProtobufRecord, void, undefined> {
  for await (const { payload, byteOffset } of readRawRecords(source, options)) {
    let record: ProtobufRecord;
    try {
      record = decodeProtobufRecord(payload);
    } catch (cause) {
      if (!(cause instanceof RecordIOError)) throw cause;
      const error = new CorruptRecordError(cause.message, byteOffset, { cause });
      if (options.onCorruptRecord !== "resync") throw error;
      options.onCorrupt?.(error);
      continue;
    }
    yield record;
  }
}
