import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { contentTypeOf } from "@sightline/foundation/content-type";
import { TargetError } from "../errors.js";
import type { LoadBody } from "./target.js";

/** Files taken from a folder: enough that no cache helps, few enough that an endpoint's are signed in a moment. */
const MOST_FILES = 1000;
/** Bytes taken from a folder: they are kept in memory. */
const MOST_BYTES = 1024 ** 3;

/**
 * Reads what a test sends: a file, or the files of a folder (not of those below it) in order of name, at most 1,000
 * of them and 1 GiB together.
 *
 * @param contentType media type of all. Default: by each file's ending, else `application/octet-stream`
 * @throws {TargetError} when there is no file, or there is more
 * @example
 * ```ts
 * const bodies = await readBodies("photos"); // [{ data, contentType: "image/jpeg" }, ...]
 * ```
 */
export async function readBodies(path: string, contentType?: string): Promise<LoadBody[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new TargetError(`${path} cannot be read; give a file, or a folder of bodies to send.`, { cause });
  });
  const isFolder = found.isDirectory();
  const files = isFolder ? await filesOf(path) : [path];
  if (files.length === 0) throw new TargetError(`${path} has no files; give a folder of bodies to send.`);
  const bodies: LoadBody[] = [];
  let bytes = 0;
  for (const file of files) {
    // Before it is read: one file may be larger than memory.
    bytes += (await stat(file)).size;
    if (bytes > MOST_BYTES) throw tooMuch(path);
    bodies.push({ data: await readFile(file), contentType: contentType ?? contentTypeOf(file) });
  }
  return bodies;
}

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  if (files.length > MOST_FILES) throw tooMuch(folder);
  return files.map(({ name }) => join(folder, name)).sort();
}

function tooMuch(path: string): TargetError {
  return new TargetError(`${path} has more than ${MOST_FILES} files or 1 GiB; give a folder with fewer.`);
}
