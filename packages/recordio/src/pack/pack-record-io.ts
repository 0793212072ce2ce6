import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ImageError, ListError, RecordIOError } from "../errors.js";
import type { ImageRecipe, PreparedImage } from "../image/image-recipe.js";
import { prepareImage } from "../image/prepare-image.js";
import { placeholderImage } from "../image/sharp-lane.js";
import type { ImageList, ListEntry } from "../list/image-list.js";
import { writeListFile } from "../list/list-file.js";
import { writeFileAtomically } from "../write/atomic-file.js";
import { RecordWriter } from "../write/record-writer.js";
import {
  type PackNote,
  type PackOptions,
  type PackReport,
  type PackResult,
  recipeOf,
} from "./pack-options.js";

/**
 * Packs the images of a list into one `.rec` with its `.idx`, `.lst` and report, in list order.
 *
 * @throws ImageError for the first image that cannot be read, with `onError: "fail"` (default)
 * @throws ListError when the list is empty or an id occurs twice
 * @example
 * ```ts
 * const list = await listImages("pictures");
 * const { recPath, report } = await packRecordIO(list, {
 *   output: "out/train",
 *   resize: { kind: "short-edge", pixels: 210 },
 * });
 * console.log(recPath, report.records);
 * ```
 */
export async function packRecordIO(list: ImageList, options: PackOptions): Promise<PackResult> {
  const started = performance.now();
  const recipe = recipeOf(options);
  checkList(list);
  const base = options.output.replace(/\.rec$/, "");
  const writer = await RecordWriter.create(`${base}.rec`);
  const packed: ListEntry[] = [];
  const notes: PackNote[] = [];
  try {
    for await (const { entry, image, note } of prepareAll(list, recipe, options)) {
      if (note !== undefined) notes.push(...note);
      if (image !== undefined) {
        await writer.writeImage(
          {
            id: entry.id,
            labels: entry.labels,
            ...(options.packLabels !== undefined && { packLabels: options.packLabels }),
          },
          image,
        );
        packed.push(entry);
      }
      options.onProgress?.({
        kind: "progress",
        done: packed.length,
        total: list.entries.length,
        bytes: writer.byteOffset,
      });
    }
    if (packed.length === 0)
      throw new RecordIOError(`No image of ${list.entries.length} could be packed; nothing was written.`);
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  await writeListFile(`${base}.lst`, packed);
  const report = makeReport(list, packed, notes, writer.byteOffset, (performance.now() - started) / 1000);
  await writeFileAtomically(`${base}.report.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  return {
    recPath: `${base}.rec`,
    idxPath: `${base}.idx`,
    lstPath: `${base}.lst`,
    reportPath: `${base}.report.json`,
    report,
  };
}

interface Prepared {
  readonly entry: ListEntry;
  readonly image?: Uint8Array;
  readonly note?: PackNote[];
}

async function* prepareAll(
  list: ImageList,
  recipe: ImageRecipe,
  options: PackOptions,
): AsyncGenerator<Prepared, void, undefined> {
  const width = (options.workers ?? availableParallelism()) * 2;
  const running: Promise<Prepared>[] = [];
  try {
    for (const entry of list.entries) {
      options.signal?.throwIfAborted();
      running.push(prepareOne(list.root, entry, recipe, options));
      if (running.length >= width) yield await running.shift()!;
    }
    while (running.length > 0) {
      options.signal?.throwIfAborted();
      yield await running.shift()!;
    }
  } finally {
    await Promise.allSettled(running);
  }
}

async function prepareOne(
  root: string,
  entry: ListEntry,
  recipe: ImageRecipe,
  options: PackOptions,
): Promise<Prepared> {
  try {
    const image = await prepareImage(entry.path, await readImageFile(root, entry.path), recipe);
    return { entry, image: image.bytes, note: convertedNotes(entry, image) };
  } catch (error) {
    if (!(error instanceof ImageError) || (options.onError ?? "fail") === "fail") throw error;
    if (options.onError === "skip") return { entry, note: [lostNote(entry, "skipped", error)] };
    const image = await placeholderImage(224, 224, recipe);
    return { entry, image, note: [lostNote(entry, "placeholder", error)] };
  }
}

async function readImageFile(root: string, path: string): Promise<Uint8Array> {
  for (const name of path.includes("\\") ? [path, path.replaceAll("\\", "/")] : [path]) {
    try {
      return await readFile(join(root, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue;
      throw new ImageError(path, "unreadable", (error as Error).message, { cause: error });
    }
  }
  throw new ImageError(path, "missing", `the file is not there (looked in ${root})`);
}

function convertedNotes(entry: ListEntry, image: PreparedImage): PackNote[] {
  return image.notes.map((reason) => ({ id: entry.id, path: entry.path, action: "converted", reason }));
}

function lostNote(entry: ListEntry, action: "skipped" | "placeholder", error: ImageError): PackNote {
  return { id: entry.id, path: entry.path, action, reason: error.message };
}

function makeReport(
  list: ImageList,
  packed: readonly ListEntry[],
  notes: PackNote[],
  bytes: number,
  seconds: number,
): PackReport {
  const recordsByLabel: Record<string, number> = {};
  for (const entry of packed) {
    const label = String(entry.labels[0]);
    recordsByLabel[label] = (recordsByLabel[label] ?? 0) + 1;
  }
  return {
    listed: list.entries.length,
    records: packed.length,
    skipped: notes.filter((note) => note.action === "skipped").length,
    placeholders: notes.filter((note) => note.action === "placeholder").length,
    reused: 0,
    unchanged: false,
    bytes,
    recordsByLabel,
    classes: list.classes,
    notes,
    seconds,
  };
}

function checkList(list: ImageList): void {
  if (list.entries.length === 0) throw new ListError("The list holds no image; there is nothing to pack.");
  const ids = new Set<number>();
  for (const entry of list.entries) {
    if (ids.has(entry.id))
      throw new ListError(`The id ${entry.id} occurs twice (second: ${entry.path}). Ids must differ.`);
    ids.add(entry.id);
  }
}
