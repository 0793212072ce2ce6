import { writeWholeFile } from "@sightline/foundation/whole-file";
import { companionPath } from "../format/companion-path.js";
import { type IndexEntry, indexLine } from "../format/index-file.js";
import type { ReadOptions } from "../read/read-raw-records.js";
import { readRecords } from "../read/read-records.js";

/**
 * Makes the `.idx` of a `.rec` anew, by reading it. Records that all have the id 0 are numbered in order.
 *
 * @param idxPath where to write it. Default: beside the `.rec`
 * @returns its entries in file order
 * @throws CorruptRecordError at the first wrong record, unless `onCorruptRecord` is `"resync"`
 */
export async function rebuildIndex(
  recPath: string,
  options: ReadOptions & { readonly idxPath?: string } = {},
): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  for await (const { header, byteOffset } of readRecords(recPath, { ...options, reuseMemory: true })) {
    entries.push({ id: header.id, byteOffset });
  }
  // Ids that are all 0 tell nothing apart: MXNet's writers count such records.
  if (entries.length > 1 && entries.every(({ id }) => id === 0)) {
    for (const [id, { byteOffset }] of entries.entries()) entries[id] = { id, byteOffset };
  }
  await writeWholeFile(options.idxPath ?? companionPath(recPath, ".idx"), entries.map(indexLine).join(""));
  return entries;
}
