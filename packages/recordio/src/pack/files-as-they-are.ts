import type { ImageList, ListEntry } from "../list/image-list.js";
import type { PackEvent, PackOptions } from "./pack-options.js";
import type { PackOutput } from "./pack-output.js";
import { recordReader } from "./read-record-in-place.js";
import type { RecordSpace } from "./record-slabs.js";

const NO_NOTES: readonly string[] = [];

/**
 * Pass-through from scratch: each file is read to where it is written from, with nothing made for it in between.
 *
 * @param make brings a file into the output that is out of the ordinary
 */
export async function packFilesAsTheyAre(
  { entries, root }: ImageList,
  options: PackOptions,
  output: PackOutput,
  tell: (event: PackEvent) => Promise<void>,
  make: (entry: ListEntry) => Promise<PackEvent | undefined>,
): Promise<void> {
  const read = recordReader(root, options.packLabels);
  const reserve = (length: number): RecordSpace => output.reserve(length);
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    const { id, labels, path } = entry;
    const record = read(entry, reserve);
    if (record !== undefined) {
      output.addReserved({ id, labels, path, stat: record.stat, hash: "", notes: NO_NOTES }, record.length);
    } else {
      const problem = await make(entry);
      if (problem !== undefined) await tell(problem);
    }
    if (!output.isFull) continue;
    await output.flushWhenFull();
    await tell({ kind: "progress", done: at + 1, total: entries.length, bytes: output.byteOffset });
    options.signal?.throwIfAborted();
  }
  await tell({ kind: "progress", done: entries.length, total: entries.length, bytes: output.byteOffset });
}
