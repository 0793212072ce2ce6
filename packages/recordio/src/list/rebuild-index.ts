import { decodeImagePayload } from "../format/ir-header.js";
import { type ReadOptions, readRawRecords } from "../read/read-raw-records.js";
import { writeFileAtomically } from "../write/atomic-file.js";
import { type IndexEntry, indexLine } from "./index-file.js";

/**
 * Makes the `.idx` of a `.rec` anew, by reading it.
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
  for await (const { payload, byteOffset } of readRawRecords(recPath, { ...options, reuseMemory: true })) {
    entries.push({ id: decodeImagePayload(payload, byteOffset).header.id, byteOffset });
  }
  await writeFileAtomically(
    options.idxPath ?? recPath.replace(/\.rec$/, ".idx"),
    entries.map(indexLine).join(""),
  );
  return entries;
}
