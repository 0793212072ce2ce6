import { readFile } from "node:fs/promises";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { ListError } from "../errors.js";
import { naming } from "../files/read-problem.js";
import type { ImageList, ListEntry } from "./image-list.js";

/** Options of {@link readListFile}. */
export interface ReadListOptions {
  /** What a line that cannot be read does. `"throw"` (default), or `"skip"` as im2rec.py does. */
  readonly onBadLine?: "throw" | "skip";
  /** With `"skip"`: called with each message. */
  readonly onSkipped?: (message: string) => void;
}

/**
 * Reads a `.lst` file: `id<TAB>label[<TAB>label...]<TAB>path`. Paths are kept as they stand; packing
 * takes a backslash for a slash where no such file exists (lists written on Windows).
 *
 * @param root folder that the paths are relative to
 * @throws RecordIOError when it cannot be read; ListError with file and line
 */
export async function readListFile(
  path: string,
  root: string,
  options: ReadListOptions = {},
): Promise<ImageList> {
  const text = await naming(path, async () => await readFile(path, "utf8"));
  return { root, entries: parseListFile(text, path, options), classes: [] };
}

/** Parses the text of a `.lst` file; `name` stands in the errors. */
export function parseListFile(text: string, name = ".lst", options: ReadListOptions = {}): ListEntry[] {
  const entries: ListEntry[] = [];
  for (const [number, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "") continue;
    const entry = parseLine(line);
    if (typeof entry !== "string") {
      entries.push(entry);
      continue;
    }
    const message = `${name}:${number + 1}: ${entry}: ${JSON.stringify(line.slice(0, 120))}`;
    if (options.onBadLine !== "skip") throw new ListError(message);
    options.onSkipped?.(message);
  }
  return entries;
}

/**
 * Writes a `.lst` file, by rename when it is complete. Labels are written `3`, as im2rec.py of MXNet 1.9 does.
 *
 * @throws ListError when a path holds a tab or a line break: the format has no way to write it
 */
export async function writeListFile(path: string, entries: readonly ListEntry[]): Promise<void> {
  await writeWholeFile(path, formatListFile(entries));
}

/** The text of a `.lst` file. */
export function formatListFile(entries: readonly ListEntry[]): string {
  const lines: string[] = [];
  for (const entry of entries) {
    checkListPath(entry.path);
    lines.push(`${entry.id}\t${entry.labels.join("\t")}\t${entry.path}\n`);
  }
  return lines.join("");
}

/** Refuses what the format has no way to write. @throws ListError for a path with a tab or a line break */
export function checkListPath(path: string): void {
  if (/[\t\n\r]/.test(path)) {
    throw new ListError(
      `${JSON.stringify(path)}: a .lst file cannot hold a path with a tab or a line break. Rename the file.`,
    );
  }
}

function parseLine(line: string): ListEntry | string {
  // Tabs at the ends count for nothing, as in im2rec.py.
  const fields = line
    .trim()
    .split("\t")
    .map((field) => field.trim());
  if (fields.length < 3) return `expected id, label and path between tabs, found ${fields.length} parts`;
  const id = Number(fields[0]);
  if (!/^\+?\d+$/.test(fields[0]!) || !Number.isSafeInteger(id)) return "the id is not a whole number from 0";
  const labels: number[] = [];
  for (const text of fields.slice(1, -1)) {
    const label = parseLabel(text);
    if (label === undefined) return "a label is not a number";
    labels.push(label);
  }
  const path = fields.at(-1)!;
  if (path === "") return "the path is empty";
  return { id, labels, path };
}

/** A number as Python's float reads it: `nan` and `inf` too, which some mean by a missing label, but not `0x10`. */
function parseLabel(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  const [, sign, word] = /^([+-]?)(nan|inf|infinity)$/i.exec(text) ?? [];
  if (word === undefined) return undefined;
  if (word.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
