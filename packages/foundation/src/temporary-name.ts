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
    if (name.startsWith(start)) await removeUnowned(join(folder, name), name.slice(start.length));
  }
}

/** Removes what killed processes of this machine left unfinished in a folder and in those below it. */
export async function removeTemporaryBelow(folder: string): Promise<void> {
  const before = `.${hostname()}-`;
  for (const path of await namesIn(folder, { recursive: true })) {
    const name = basename(path);
    const at = name.startsWith(".") ? name.lastIndexOf(before) : -1;
    if (at > 0) await removeUnowned(join(folder, path), name.slice(at + before.length));
  }
}

/** @param owner the end of a temporary name, from the process on */
async function removeUnowned(path: string, owner: string): Promise<void> {
  const pid = owner.endsWith(ENDING) ? /^\d+(?=-)/.exec(owner) : null;
  if (pid !== null && !isRunning(Number(pid[0]))) await rm(path, { recursive: true, force: true });
}

async function namesIn(folder: string, options: { recursive?: boolean } = {}): Promise<string[]> {
  try {
    return await readdir(folder, { ...options, encoding: "utf8" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
