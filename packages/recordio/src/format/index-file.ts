import { readFile } from "node:fs/promises";
import { ListError } from "../errors.js";
import { naming } from "../files/read-problem.js";

/** One line of an `.idx` file. */
export interface IndexEntry {
  /** The record's id; may occur more than once. */
  readonly id: number;
  /** Where the record starts in the `.rec`, in bytes. */
  readonly byteOffset: number;
}

/** One `.idx` line, as MXNet writes it. */
export function indexLine(entry: IndexEntry): string {
  return `${entry.id}\t${entry.byteOffset}\n`;
}

/**
 * Reads an `.idx` file.
 *
 * @throws RecordIOError when it cannot be read; ListError with the line, when it is not `id<TAB>offset` or an offset is negative (im2rec wrote such
 *   for files past 2 GiB: rebuild the index with {@link rebuildIndex})
 */
export async function readIndexFile(path: string): Promise<IndexEntry[]> {
  const remedy = "`recordio index` makes it from the .rec.";
  return parseIndex(await naming(path, async () => await readFile(path, "utf8"), remedy), path);
}

/** Parses the text of an `.idx` file; `name` stands in the errors. */
export function parseIndex(text: string, name = ".idx"): IndexEntry[] {
  const entries: IndexEntry[] = [];
  const lines = text.split("\n");
  for (const [number, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const match = /^\s*(\d+)\t(-?\d+)\s*$/.exec(line);
    const byteOffset = Number(match?.[2]);
    // An id past 2^53 - 1 would be rounded to another one.
    const isExact = Number.isSafeInteger(byteOffset) && Number.isSafeInteger(Number(match?.[1]));
    if (match === null || !isExact || byteOffset < 0) {
      throw new ListError(
        `${name}:${number + 1}: expected "id<TAB>offset" with an offset from 0 and an id up to 2^53 - 1, found ${JSON.stringify(line.slice(0, 80))}. ` +
          "Rebuild the index from the .rec with `recordio index`.",
      );
    }
    entries.push({ id: Number(match[1]), byteOffset });
  }
  return entries;
}
