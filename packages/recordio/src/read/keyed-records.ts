import { companionPath } from "../format/companion-path.js";
import { readIndexFile } from "../format/index-file.js";
import type { ImageRecord } from "../format/ir-header.js";
import type { ReadOptions } from "./read-raw-records.js";
import { readRecords } from "./read-records.js";
import type { RecordSource } from "./record-source.js";

/**
 * {@link readRecords}, with ids from the `.idx` beside a file where the records' own say nothing: face recognition sets
 * (insightface's) have id 0 in all of them, and only the index tells them apart.
 */
export async function* keyedRecords(
  source: RecordSource,
  options: ReadOptions = {},
): AsyncGenerator<ImageRecord, void, undefined> {
  let keys: ReadonlyMap<number, number> | undefined;
  for await (const record of readRecords(source, options)) {
    if (record.header.id !== 0) {
      yield record;
      continue;
    }
    keys ??= await keysBeside(source);
    yield { ...record, header: { ...record.header, id: keys.get(record.byteOffset) ?? 0 } };
  }
}

/** Ids by byte offset; empty where no index lies beside the source. */
async function keysBeside(source: RecordSource): Promise<ReadonlyMap<number, number>> {
  if (typeof source !== "string") return new Map();
  try {
    const index = await readIndexFile(companionPath(source, ".idx"));
    return new Map(index.map(({ id, byteOffset }) => [byteOffset, id]));
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    if (cause?.code === "ENOENT") return new Map();
    throw error;
  }
}

/** Whether a record tells of others and holds no image, such as the first and last ones of insightface's sets. */
export function isWithoutImage({ header, image }: ImageRecord): boolean {
  return header.flag > 0 && image.length === 0;
}
