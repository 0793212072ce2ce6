import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** A file of a job, and what it is to it: `input`, `model`, `detections`. */
export interface JobFile {
  readonly what: string;
  /** Undefined: the job has no such file. */
  readonly path: string | undefined;
}

/**
 * Makes sure that no file a job writes takes the place of one that it reads, or of another that it writes,
 * under whatever path or through whatever symbolic link.
 *
 * @throws {TypeError} when one would
 */
export async function checkOutputs(outputs: readonly JobFile[], inputs: readonly JobFile[]): Promise<void> {
  const taken = new Map<string, string>();
  for (const { what, path } of inputs) {
    if (path === undefined) continue;
    taken.set(await entryOf(path), what);
    // A link's target is what is read.
    taken.set(await realpath(path).catch(() => resolve(path)), what);
  }
  for (const { what, path } of outputs) {
    if (path === undefined) continue;
    const entry = await entryOf(path);
    const other = taken.get(entry);
    if (other !== undefined) {
      throw new TypeError(`the ${what} ${path} is the ${other}; choose another name`);
    }
    taken.set(entry, what);
  }
}

/** The name that a file appears under: its folder's links are followed, its own is replaced. */
async function entryOf(path: string): Promise<string> {
  const whole = resolve(path);
  const folder = dirname(whole);
  return join(await realpath(folder).catch(() => folder), basename(whole));
}
