import { ListError } from "../errors.js";
import type { ImageList, ListEntry } from "../list/image-list.js";
import { checkListPath } from "../list/list-file.js";
import { writeProblem } from "../write/write-problem.js";
import { packFingerprint } from "./fingerprint.js";
import { checkChoice, type PackEvent, type PackOptions, type PackResult, recipeOf } from "./pack-options.js";
import { PackOutput } from "./pack-output.js";
import { PackRun } from "./pack-run.js";

/**
 * Packs the images of a list into one `.rec` with its `.idx`, `.lst` and report, in list order.
 *
 * An output that is current is left alone (`report.unchanged`); of one that is not, the records whose images did not
 * change are taken over. A run that was killed is gone on with, and gives the same bytes.
 *
 * @throws ImageError for the first image that cannot be read, with `onError: "fail"` (default)
 * @throws ListError when the list is empty, an id occurs twice, or an image has no label
 * @throws OutputBusyError when another process is writing the same output
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
  const run = packEvents(list, options);
  while (true) {
    const step = await run.next();
    if (step.done) return step.value;
    if (step.value.kind === "progress") options.onProgress?.(step.value);
  }
}

/**
 * The same as {@link packRecordIO}, as an iteration over what happens; its return value is the result. Ending the
 * iteration early stops the run; the next one goes on from there.
 */
export async function* packEvents(
  list: ImageList,
  options: PackOptions,
): AsyncGenerator<PackEvent, PackResult, undefined> {
  const started = performance.now();
  const recipe = recipeOf(options);
  checkList(list, options);
  options.signal?.throwIfAborted();
  const output = await PackOutput.open(
    options.output,
    await packFingerprint(recipe, options),
    options.writeList !== false,
  );
  let keep = true;
  try {
    const run = new PackRun(list, options, recipe, output);
    yield* run.events();
    const result = await run.finish(started);
    return result;
  } catch (error) {
    // An interrupted run can be gone on with; after an error nothing half-made may stay.
    keep = options.signal?.aborted === true;
    throw writeProblem(error, output.paths.rec);
  } finally {
    await output.close(keep);
  }
}

function checkList(list: ImageList, options: PackOptions): void {
  if (/(^|\/)(\.rec)?$/.test(options.output)) {
    throw new RangeError(`output must end in a file name, such as out/train, not "${options.output}".`);
  }
  if (list.entries.length === 0) throw new ListError("The list holds no image; there is nothing to pack.");
  const { workers, onError } = options;
  if (onError !== undefined) checkChoice("onError", onError, ["fail", "skip", "placeholder"]);
  if (workers !== undefined && (!Number.isInteger(workers) || workers < 0)) {
    throw new RangeError(`workers must be a whole number from 0, not ${workers}.`);
  }
  // Before the work, not after it: a .lst cannot hold every file name.
  if (options.writeList !== false) for (const entry of list.entries) checkListPath(entry.path);
  for (const { id, labels, path } of list.entries) {
    if (!Number.isSafeInteger(id) || id < 0) {
      throw new ListError(`${path}: an id must be a whole number from 0 to 2^53 - 1, not ${id}.`);
    }
    if (labels.length === 0) throw new ListError(`${path}: the image has no label.`);
  }
  if (options.allowDuplicateIds === true) return;
  checkIds(list.entries);
}

function checkIds(entries: readonly ListEntry[]): void {
  // Most lists are numbered in order.
  if (entries.every(({ id }, at) => at === 0 || id > entries[at - 1]!.id)) return;
  const ids = new Set<number>();
  for (const entry of entries) {
    if (ids.has(entry.id)) {
      throw new ListError(
        `The id ${entry.id} occurs twice (second: ${entry.path}). Give each image its own.`,
      );
    }
    ids.add(entry.id);
  }
}
