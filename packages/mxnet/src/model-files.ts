import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { list, type ReadEntry } from "tar";
import { MalformedMxnetError } from "./errors.js";

/** Files of a model, in memory, by their names in the archive. */
export type ModelFiles = ReadonlyMap<string, Uint8Array>;

/** Bytes that the files of a model may have together, unpacked: protects memory. The built-in nets have 10 to 300 MB. */
const MOST_BYTES = 2 ** 31;
/** What a conversion reads; the rest of an archive is passed over. */
const WANTED = /(-symbol\.json|\.params|model-shapes\.json|hyperparams\.json)$/;

/**
 * Reads what a conversion needs from a `model.tar.gz`, or from a folder into which one was unpacked. Nothing is
 * written, and links in an archive are not followed.
 *
 * @throws {MalformedMxnetError} when it is neither, or the files are larger than 2 GiB together
 */
export async function readModelFiles(path: string): Promise<ModelFiles> {
  if ((await stat(path)).isDirectory()) {
    const names = (await readdir(path)).filter((name) => WANTED.test(name));
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
    checkSize(
      path,
      sizes.reduce((sum, size) => sum + size, 0),
    );
    return new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(path, name))] as const)),
    );
  }
  const files = new Map<string, Uint8Array>();
  let total = 0;
  let problem: unknown;
  const onReadEntry = (entry: ReadEntry) => {
    if (entry.type !== "File" || !WANTED.test(entry.path) || problem !== undefined) {
      entry.resume();
      return;
    }
    total += entry.size;
    try {
      checkSize(path, total);
    } catch (error) {
      problem = error;
      entry.resume();
      return;
    }
    const parts: Buffer[] = [];
    entry.on("data", (part: Buffer) => parts.push(part));
    entry.on("end", () => files.set(basename(entry.path), Buffer.concat(parts)));
  };
  try {
    await list({ file: path, strict: true, onReadEntry });
  } catch (cause) {
    throw new MalformedMxnetError(`${path} is no tar archive that can be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (problem !== undefined) throw problem;
  return files;
}

function checkSize(path: string, bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  throw new MalformedMxnetError(
    `The files of ${path} have more than ${MOST_BYTES} bytes together, the most that is read.`,
  );
}
