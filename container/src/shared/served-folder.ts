import { createHash } from "node:crypto";
import { access, constants, mkdir, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelError, messageOf } from "./errors.js";

/**
 * The folder to serve a model from. What a built-in algorithm of SageMaker left (symbol, params and no manifest.json) is
 * converted first, and the result kept: beside it, or in the system's temporary folder where the model's is read-only.
 * Class names are those of a `labels.json` beside the model, else the class ids.
 *
 * @throws ModelError when it cannot be converted
 */
export async function servedFolder(folder: string, log: (message: string) => void): Promise<string> {
  const names = await readdir(folder).catch(() => [] as string[]);
  if (names.includes("manifest.json") || !names.some((name) => name.endsWith("-symbol.json"))) return folder;
  const target = (await isWritable(folder)) ? folder : await cacheFolder(folder, names);
  if (target !== folder && (await readdir(target)).includes("manifest.json")) return target;
  const { MxnetError, readLabels, writeServedModel } = await import("@sightline/mxnet");
  const started = performance.now();
  try {
    const labels = names.includes("labels.json")
      ? { labels: await readLabels(join(folder, "labels.json")) }
      : {};
    const { task, classes, params } = await writeServedModel(folder, target, labels);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    log(
      `Converted the built-in ${task} model of ${classes} classes, ${params}, in ${seconds} s, kept in ${target}`,
    );
  } catch (cause) {
    if (!(cause instanceof MxnetError)) throw cause;
    throw new ModelError(`The built-in algorithm's model cannot be converted: ${messageOf(cause)}`, {
      cause,
    });
  }
  return target;
}

async function isWritable(folder: string): Promise<boolean> {
  return await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** One folder for each model and state of its files. */
async function cacheFolder(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(folder);
  for (const name of [...names].sort()) {
    const { size, mtimeMs } = await stat(join(folder, name));
    hash.update(JSON.stringify([name, size, mtimeMs]));
  }
  const target = join(tmpdir(), `sightline-converted-${hash.digest("hex").slice(0, 24)}`);
  // Others of the machine must not put a model there.
  await mkdir(target, { recursive: true, mode: 0o700 });
  const { uid } = await stat(target);
  if (process.getuid !== undefined && uid !== process.getuid()) {
    throw new ModelError(
      `${target}, where the converted model would be kept, belongs to somebody else. Remove it.`,
    );
  }
  return target;
}
