import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isRunning } from "./is-running.js";

/** Ends what is not finished yet, so that nobody takes it for a result. */
const ENDING = ".partial";
let count = 0;

/**
 * A hidden name beside `path`, on the same disk, that nobody else uses: for what gets its own name when it is
 * complete. It tells whose it is, for {@link removeTemporary}.
 */
export function temporaryName(path: string): string {
  count++;
  const owner = `${hostname()}-${process.pid}-${count}-${Math.random().toString(36).slice(2, 10)}`;
  return join(dirname(path), `.${basename(path)}.${owner}${ENDING}`);
}

/**
 * Removes what killed processes of this machine left unfinished beside `path`. A folder that is not there is fine.
 */
export async function removeTemporary(path: string): Promise<void> {
  const folder = dirname(path);
  const start = `.${basename(path)}.${hostname()}-`;
  for (const name of await namesIn(folder)) {
    const owner =
      name.startsWith(start) && name.endsWith(ENDING) ? /^\d+(?=-)/.exec(name.slice(start.length)) : null;
    if (owner !== null && !isRunning(Number(owner[0]))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
