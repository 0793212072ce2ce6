import { realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type LongWork, longWork } from "@sightline/foundation/long-work";
import type { AnnotationStyle } from "./annotate/style.js";
import { LimitError, UnreadableImageError } from "./errors.js";
import { checkOutputs } from "./files/check-outputs.js";
import { listPictures, outputOf } from "./images/list-pictures.js";
import { openPictureFolder } from "./images/picture-folder.js";
import { groupPictures, type KnownPicture, measurePicture } from "./images/plan-groups.js";
import type { PictureOutcome, PicturesTask, TaskResult } from "./inference/host-protocol.js";
import { loadDetector } from "./inference/load-detector.js";
import { planModel } from "./inference/plan-model.js";
import { poolOf } from "./inference/pool.js";
import type {
  ImageDetections,
  MarkUpImagesOptions,
  MarkUpImagesProgress,
  MarkUpImagesResult,
  SkippedImage,
} from "./mark-up-images-options.js";
import { allOrNone } from "./pipeline/all-or-none.js";

/**
 * Finds the objects in still pictures and draws them: each picture of a folder (and of the folders in it), or
 * each file of a list, appears upright under the same name in the output folder, beside one JSON line a
 * picture. JPEG stays JPEG and PNG stays PNG; WebP, BMP and TIFF become JPEG.
 *
 * Await it for the result, iterate it for progress; leaving the loop early aborts. All files appear at the end, whole,
 * or, after a failure or an abort, none does.
 *
 * @param inputs a folder, a file, or files
 * @throws {UnreadableImageError} there is no picture; or one cannot be read and `onError` is `fail`
 * @throws {LimitError} a picture has more pixels than `maxFramePixels`, and `onError` is `fail`
 * @throws {TypeError} two pictures would get one name in the output folder, or one would be written over its source
 * @throws {VideoMarkupError} a file cannot be written where it is to be, told before any work
 * @throws {UnusableModelError} or {DetectorLayoutError} the model is no detector that can be read
 * @throws {ProviderUnavailableError} none of the providers asked for is there
 * @throws {HostError} a host crashed or hung again and again
 * @example
 * ```ts
 * const job = markUpImages("photos", "photos_output", { model: "potholes.onnx", onError: "skip" });
 * for await (const event of job) {
 *   if (event.kind === "skipped") console.error(event.image, event.reason);
 * }
 * const { images, skipped } = await job;
 * console.log(images, skipped.length); // 86 1
 * ```
 */
export function markUpImages(
  inputs: string | readonly string[],
  outputFolder: string,
  options: MarkUpImagesOptions,
): LongWork<MarkUpImagesProgress, MarkUpImagesResult> {
  const started = performance.now();
  return longWork<MarkUpImagesProgress, MarkUpImagesResult>(
    async (signal, tell) => {
      const made = await markUp(inputs, outputFolder, options, (event) => void tell(event), signal);
      return { ...made, seconds: (performance.now() - started) / 1000 };
    },
    { signal: options.signal, progress: ["images"] },
  );
}

async function markUp(
  inputs: string | readonly string[],
  outputFolder: string,
  options: MarkUpImagesOptions,
  say: (event: MarkUpImagesProgress) => void,
  signal: AbortSignal,
): Promise<Omit<MarkUpImagesResult, "seconds">> {
  const { maxFramePixels = 8192 * 8192, annotate = {} } = options;
  const style = Array.isArray(annotate) ? { annotate } : (annotate as AnnotationStyle);
  const files = await listPictures(inputs, outputFolder);
  const detectionsPath = options.detectionsPath ?? join(outputFolder, "detections.jsonl");
  await checkNames(files, outputFolder);
  await checkOutputs(
    [
      ...files.map(({ name }) => ({
        what: "marked-up picture",
        path: join(outputFolder, outputOf(name).name),
      })),
      { what: "detections file", path: detectionsPath },
    ],
    [
      ...files.map(({ path }) => ({ what: "picture to be marked up", path })),
      { what: "model", path: options.model },
      { what: "decoder module", path: options.decoderModule },
    ],
  );
  const pool = poolOf(options.pool);
  const model = planModel(options, pool.threadsPerHost);
  const started = performance.now();
  const skipped = new Map<number, SkippedImage>();
  const outcomes = new Map<number, ImageDetections>();
  let last: TaskResult | undefined;
  let under = 0;
  const tell = (running = 0) => {
    const imagesDone = outcomes.size + skipped.size;
    const imagesPerSecond = (imagesDone + running) / ((performance.now() - started) / 1000);
    say({ kind: "images", imagesDone: imagesDone + running, images: files.length, imagesPerSecond });
  };
  const skip = (index: number, error: unknown) => {
    const readable = error instanceof UnreadableImageError || error instanceof LimitError;
    if (!readable || options.onError !== "skip") throw error;
    const found: SkippedImage = { image: files[index]!.name, reason: error.message };
    skipped.set(index, found);
    say({ kind: "skipped", ...found });
  };

  const known: KnownPicture[] = [];
  for (const [index, file] of files.entries()) {
    signal.throwIfAborted();
    await measurePicture(file, index, { maxFramePixels, signal }).then(
      (picture) => known.push(picture),
      (error: unknown) => skip(index, error),
    );
  }
  if (known[0]) await loadDetector(model, known[0]);
  const folder = await openPictureFolder(outputFolder);
  const poolJob = pool.openJob({ maxTasks: options.workers });

  const runGroup = async (group: readonly KnownPicture[], either: AbortSignal): Promise<void> => {
    const { width, height, source, name, index: priority } = group[0]!;
    const { target } = outputOf(name);
    const pictures = group.map(({ path, index }) => ({ input: resolve(path), output: folder.hidden(index) }));
    const task: PicturesTask = { kind: "pictures", model, width, height, source, pictures, target, style };
    let told = 0;
    const onFrames = (frames: number) => {
      under += frames - told;
      told = frames;
      tell(under);
    };
    const result = await poolJob.run(task, {
      signal: either,
      priority,
      onFrames,
      onRetry: (error) => say({ kind: "retry", image: name, reason: error.message }),
    });
    under -= told;
    last = result;
    const again: KnownPicture[] = [];
    for (const [n, picture] of group.entries()) {
      const outcome: PictureOutcome = result.pictures![n]!;
      if ("detections" in outcome) {
        const { name: image, width, height } = picture;
        outcomes.set(picture.index, { image, width, height, detections: outcome.detections });
      } else if (source === "file") {
        skip(picture.index, new UnreadableImageError(picture.path, `${picture.path}: ${outcome.unreadable}`));
      } else again.push(picture);
    }
    tell(under);
    // By itself, opened and measured by ffmpeg: it is read after all, or ffmpeg says why not.
    for (const picture of again) {
      const options = { maxFramePixels, byFfmpeg: true, signal: either };
      const measured = await measurePicture(files[picture.index]!, picture.index, options).catch((error) =>
        skip(picture.index, error),
      );
      if (measured) await runGroup([measured], either);
    }
  };

  try {
    await allOrNone(groupPictures(known, pool.workers), signal, (group, _, either) =>
      runGroup(group, either),
    );
    const records = [...outcomes].sort(([a], [b]) => a - b);
    await folder.commit(
      records.map(([index]) => ({ index, name: outputOf(files[index]!.name).name })),
      records.map(([, record]) => record),
      detectionsPath,
      signal,
    );
    return {
      outputFolder,
      detectionsPath,
      images: records.length,
      imagesWithDetections: records.filter(([, { detections }]) => detections.length > 0).length,
      detectionCount: records.reduce((sum, [, { detections }]) => sum + detections.length, 0),
      skipped: [...skipped].sort(([a], [b]) => a - b).map(([, found]) => found),
      provider: last?.provider ?? "cpu",
      refusedProviders: last?.refusedProviders ?? [],
    };
  } finally {
    await folder.remove();
  }
}

/** @throws {TypeError} when two pictures would get one name, or one would be written over a source */
async function checkNames(
  files: readonly { path: string; name: string }[],
  outputFolder: string,
): Promise<void> {
  const sources = new Set(
    await Promise.all(files.map(({ path }) => realpath(path).catch(() => resolve(path)))),
  );
  const folder = await realpath(outputFolder).catch(() => resolve(outputFolder));
  const taken = new Map<string, string>();
  for (const { path, name } of files) {
    const output = join(folder, outputOf(name).name);
    if (sources.has(output)) {
      throw new TypeError(`${output} would be written over a source; choose another output folder`);
    }
    const other = taken.get(output);
    if (other !== undefined) {
      throw new TypeError(`${other} and ${path} would both become ${output}; mark them up into two folders`);
    }
    taken.set(output, path);
  }
}
