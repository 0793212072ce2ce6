import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { boxReport } from "../boxes/box-report.js";
import { placeBoxes } from "../boxes/place-boxes.js";
import { ListError } from "../errors.js";
import { writeProblem } from "../files/write-problem.js";
import { boxesOf } from "../format/box-labels.js";
import type { ImageRecipe } from "../image/image-recipe.js";
import type { ImageList, ListEntry } from "../list/image-list.js";
import { checkListPath } from "../list/list-file.js";
import { packFingerprint } from "./fingerprint.js";
import { checkChoice, type PackEvent, type PackOptions, type PackResult, recipeOf } from "./pack-options.js";
import { PackOutput } from "./pack-output.js";
import { PackRun } from "./pack-run.js";
import { Reuse } from "./reuse.js";

/**
 * Packs the images of a list into one `.rec` with its `.idx`, `.lst` and report, in list order.
 *
 * An output that is current is left alone (`report.unchanged`); of one that is not, the records whose images did not
 * change are taken over. A run that was killed is gone on with, and gives the same bytes.
 *
 * Await it for the result, iterate it for what happens meanwhile. Leaving the loop stops the run, and so does the signal; the
 * next run goes on from there.
 *
 * @throws ImageError that names every image that cannot be packed, with `onError: "fail"` (default)
 * @throws ListError when the list is empty, an id occurs twice, or an image has no label; RangeError for an option out of its range
 * @throws OutputBusyError when another process is writing the same output
 * @example
 * ```ts
 * const list = await listImages("pictures");
 * const { recPath, report } = await packRecordIO(list, {
 *   output: "out/train",
 *   resize: { kind: "short-edge", pixels: 210 },
 * });
 * console.log(recPath, report.records); // out/train.rec 1567
 *
 * const packing = packRecordIO(list, { output: "out/whole" });
 * for await (const event of packing) if (event.kind === "progress") console.error(event.done, event.total);
 * console.log((await packing).report.recordsByLabel); // { "0": 812, "1": 755 }
 * ```
 */
export function packRecordIO(list: ImageList, options: PackOptions): LongWork<PackEvent, PackResult> {
  return longWork<PackEvent, PackResult>(
    async (signal, tell) => await pack(list, { ...options, signal }, tell),
    { signal: options.signal, progress: ["progress"] },
  );
}

async function pack(
  given: ImageList,
  options: PackOptions & { readonly signal: AbortSignal },
  tell: (event: PackEvent) => Promise<void>,
): Promise<PackResult> {
  const started = performance.now();
  const recipe = recipeOf(options);
  checkOptions(given, options);
  const placed = placeBoxes(given, recipe, options.minBoxShare ?? MIN_BOX_SHARE);
  const list = placed?.list ?? given;
  checkList(list, options, recipe);
  const fingerprint = await packFingerprint(recipe, options);
  const output = await PackOutput.open(options.output, fingerprint, options.writeList !== false);
  let reuse: Reuse | undefined;
  let keep = true;
  try {
    reuse = await Reuse.open(output.paths, fingerprint, options);
    const run = new PackRun(list, options, recipe, output, reuse);
    await run.work(tell);
    return await run.finish(started, placed && boxReport(placed));
  } catch (error) {
    // An interrupted run can be gone on with; after an error nothing half-made may stay.
    keep = options.signal.aborted;
    throw writeProblem(error, output.paths.rec);
  } finally {
    await reuse?.close();
    await output.close(keep);
  }
}

/** Share of a box that must be left: `min_eject_coverage` and `emit_overlap_thresh` of MXNet's croppers. */
const MIN_BOX_SHARE = 0.3;

function checkOptions(list: ImageList, options: PackOptions): void {
  if (/(^|\/)(\.rec)?$/.test(options.output)) {
    throw new RangeError(`output must end in a file name, such as out/train, not "${options.output}".`);
  }
  const { workers, onError, minBoxShare } = options;
  if (onError !== undefined) checkChoice("onError", onError, ["fail", "skip", "placeholder"]);
  if (workers !== undefined && (!Number.isInteger(workers) || workers < 0)) {
    throw new RangeError(`workers must be a whole number from 0, not ${workers}.`);
  }
  if (minBoxShare !== undefined && !(minBoxShare >= 0 && minBoxShare <= 1)) {
    throw new RangeError(`minBoxShare must be a number from 0 to 1, not ${minBoxShare}.`);
  }
  if (onError === "placeholder" && list.entries.some(({ picture }) => picture !== undefined)) {
    throw new RangeError(
      'onError "placeholder" would teach that a grey image shows what its boxes name. Take "skip" for a list with boxes.',
    );
  }
  if (list.entries.length === 0) throw new ListError("The list holds no image; there is nothing to pack.");
}

function checkList(list: ImageList, options: PackOptions, recipe: ImageRecipe): void {
  if (list.entries.length === 0)
    throw new ListError("No image of the list has a box left; there is nothing to pack.");
  // Before the work, not after it: a .lst cannot hold every file name.
  if (options.writeList !== false) for (const entry of list.entries) checkListPath(entry.path);
  for (const { id, labels, path, picture } of list.entries) {
    if (!Number.isSafeInteger(id) || id < 0) {
      throw new ListError(`${path}: an id must be a whole number from 0 to 2^53 - 1, not ${id}.`);
    }
    if (labels.length === 0) throw new ListError(`${path}: the image has no label.`);
    if (recipe.centerCrop && !recipe.passThrough && picture === undefined && boxesOf(labels) !== undefined) {
      throw new ListError(
        `${path}: its labels are boxes, which centerCrop would leave where they were. Take the boxes from their annotations ` +
          "(listFromBoxes, --boxes), or leave centerCrop out; resizing moves boxes rightly.",
      );
    }
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
