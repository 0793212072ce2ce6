import { existsSync, readdirSync, rmSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { atExit } from "./at-exit.js";
import { isRunning } from "./is-running.js";

/** Ends what is not finished yet, so that nobody takes it for a result. */
const ENDING = ".partial";
/** Names that may be in use. Those that are not go when there are twice as many. */
const given = new Set<string>();
const FEWEST = 100;
let most = FEWEST;
/** Folders in which children of this process write. */
const ownFolders = new Set<string>();
let count = 0;
atExit("files", removeOwn);

/**
 * A hidden name beside `path`, on the same disk, that nobody else uses: for what gets its own name when it is
 * complete. It tells whose it is, for {@link removeTemporary}. What has it still when this process ends by itself
 * (`process.exit`, an error that nobody caught) goes with it.
 */
export function temporaryName(path: string): string {
  count++;
  const owner = `${hostname()}-${process.pid}-${count}-${Math.random().toString(36).slice(2, 10)}`;
  const name = join(dirname(path), `.${basename(path)}.${owner}${ENDING}`);
  if (given.size >= most) {
    for (const former of given) if (!existsSync(former)) given.delete(former);
    most = Math.max(FEWEST, given.size * 2);
  }
  given.add(resolve(name));
  return name;
}

/**
 * Takes along, when this process ends by itself, what its children have not finished in a folder and in those below it.
 * The folder is this process's alone.
 *
 * @returns ends that
 */
export function takeTemporaryBelowAlong(folder: string): () => void {
  const path = resolve(folder);
  ownFolders.add(path);
  return () => void ownFolders.delete(path);
}

function removeOwn(): void {
  const names = [...given];
  for (const folder of ownFolders) {
    for (const name of tryAtExit(() => readdirSync(folder, { recursive: true, encoding: "utf8" })) ?? []) {
      if (name.endsWith(ENDING)) names.push(join(folder, name));
    }
  }
  for (const name of names) tryAtExit(() => rmSync(name, { recursive: true, force: true }));
}

/** What cannot be removed as the process ends is removed by the next that writes there. */
function tryAtExit<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
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
