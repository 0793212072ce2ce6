import { access, constants, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { VideoMarkupError } from "../errors.js";

/** A file of a job, and what it is to it: `input`, `model`, `detections file`. */
export interface JobFile {
  readonly what: string;
  /** Undefined: the job has no such file. */
  readonly path: string | undefined;
  /** Written under its name from the start, so that it may be a device or a pipe. Default false. */
  readonly inPlace?: boolean;
}

/**
 * Makes sure, before any work, that a job can write its files, and that none of them takes the place of one that it
 * reads, or of another that it writes, under whatever path or through whatever symbolic link.
 *
 * @throws {TypeError} when one would
 * @throws {VideoMarkupError} when one cannot be written there
 */
export async function checkOutputs(outputs: readonly JobFile[], inputs: readonly JobFile[]): Promise<void> {
  const taken = new Map<string, string>();
  for (const { what, path } of inputs) {
    if (path === undefined) continue;
    taken.set(await entryOf(path), what);
    // A link's target is what is read.
    taken.set(await realpath(path).catch(() => resolve(path)), what);
  }
  for (const output of outputs) {
    const { what, path } = output;
    if (path === undefined) continue;
    const entry = await entryOf(path);
    const other = taken.get(entry);
    if (other !== undefined) {
      throw new TypeError(`the ${what} ${path} is the ${other}; choose another name`);
    }
    taken.set(entry, what);
    await checkWritable({ ...output, path });
  }
}

/**
 * @throws {VideoMarkupError} when a file of that name cannot be made, or would replace what is no file
 */
export async function checkWritable({ what, path, inPlace }: JobFile & { path: string }): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new VideoMarkupError(`the ${what} ${path} is a folder; name a file, such as ${join(path, "NAME")}`);
  }
  // A device or a pipe would be replaced by a file.
  if (found && !found.isFile() && inPlace !== true) {
    throw new VideoMarkupError(`the ${what} ${path} is no ordinary file; choose another name`);
  }
  const folder = await nearestFolder(dirname(resolve(path)));
  const parent = await stat(folder);
  if (!parent.isDirectory()) {
    throw new VideoMarkupError(`the ${what} ${path} cannot be written: ${folder} is no folder`);
  }
  await access(folder, constants.W_OK | constants.X_OK).catch((cause: Error) => {
    throw new VideoMarkupError(`the ${what} ${path} cannot be written: ${cause.message}`, { cause });
  });
}

/** The folder itself, or the first above it that is there: the others are made. */
async function nearestFolder(folder: string): Promise<string> {
  const there = await stat(folder).then(
    () => true,
    // A file where a folder should be shows one step further up.
    () => false,
  );
  return there || folder === dirname(folder) ? folder : await nearestFolder(dirname(folder));
}

/** The name that a file appears under: its folder's links are followed, its own is replaced. */
async function entryOf(path: string): Promise<string> {
  const whole = resolve(path);
  const folder = dirname(whole);
  return join(await realpath(folder).catch(() => folder), basename(whole));
}
