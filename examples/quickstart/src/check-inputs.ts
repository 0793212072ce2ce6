import { readFile } from "node:fs/promises";
import { describeModel } from "@sightline/onnx";
import { listFromCsv, listImages } from "@sightline/recordio";
import { planDetector, probeVideo } from "@sightline/video-markup";
import { InputError } from "./errors.js";
import type { QuickstartOptions, SplitKind } from "./options.js";

/** What the inputs allow, found before anything is started. */
export interface CheckedInputs {
  /** The split that the result stands for, and then the one to compare it with, where subjects are known. */
  readonly splits: readonly [SplitKind, ...SplitKind[]];
}

/**
 * Looks at every input as far as can be seen without working through it, so that a wrong path does not
 * show after minutes.
 *
 * @throws InputError that names the option, the file and what is wrong with it
 */
export async function checkInputs(options: QuickstartOptions, signal: AbortSignal): Promise<CheckedInputs> {
  const { images, labels, group, backbone, video, model } = options;
  if (images !== undefined) {
    await named("--images", images, signal, async () => {
      const found = await listImages(images, { signal });
      if (found.classes.length < 2)
        throw new InputError(
          `a classifier needs two classes or more, one sub-folder of pictures each; found ${found.classes.length}`,
        );
    });
  }
  if (images !== undefined && labels !== undefined)
    await named("--labels", labels, signal, () => listFromCsv(labels, { root: images, columns: { group } }));
  if (backbone !== undefined) await named("--backbone", backbone, signal, () => checkBackbone(backbone));
  if (model !== undefined)
    await named("--model", model, signal, async () => planDetector(describeModel(await readFile(model))));
  if (video !== undefined) await named("--video", video, signal, () => probeVideo(video, signal));
  const subjectsKnown = images === undefined || labels !== undefined;
  const split = options.split ?? (subjectsKnown ? "group" : "stratified");
  const other = split === "group" ? "random" : "group";
  return { splits: subjectsKnown ? [split, other] : [split] };
}

async function checkBackbone(path: string): Promise<void> {
  const { inputs } = describeModel(await readFile(path));
  const images = inputs.filter(({ shape }) => shape.length === 4);
  if (inputs.length === 1 && images.length === 1) return;
  const seen = inputs.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).join(", ");
  throw new InputError(
    `a backbone takes one input of pictures, [batch, channels, height, width]; this one takes ${seen || "nothing"}`,
  );
}

/** Puts the option and the file before whatever its reader says of it. */
async function named(
  option: string,
  path: string,
  signal: AbortSignal,
  check: () => Promise<unknown>,
): Promise<void> {
  try {
    await check();
  } catch (cause) {
    if (signal.aborted) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`${option} ${path}: ${withoutPath(message, path)}`, { cause });
  }
}

/** Most readers begin with the path, which is already there. */
function withoutPath(message: string, path: string): string {
  return message.startsWith(path) ? message.slice(path.length).replace(/^:? /, "") : message;
}
