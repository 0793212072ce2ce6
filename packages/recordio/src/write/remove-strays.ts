import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isRunning } from "./is-running.js";

/** Removes what killed processes of this machine left beside `path`: files named as it, with a unique suffix of theirs. */
export async function removeStrays(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `${basename(path)}.${hostname()}-`;
  for (const name of await readdir(folder)) {
    const owner = name.startsWith(start) ? /^\d+(?=-)/.exec(name.slice(start.length)) : null;
    if (owner !== null && !isRunning(Number(owner[0]))) await rm(join(folder, name), { force: true });
  }
}
