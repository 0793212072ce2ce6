import { createHash, randomUUID } from "node:crypto";
import { link, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setImmediate as pass } from "node:timers/promises";
import { ownIdentity, type ProcessIdentity, stillRuns } from "./is-running.js";
import { namedError } from "./named-error.js";
import { removeTemporary, temporaryName } from "./temporary-name.js";

/** Who has a lock. */
export interface LockHolder extends ProcessIdentity {
  /** Different for every taking, also within a process. */
  readonly token: string;
  /** What the holder told of itself, such as where it listens. */
  readonly note?: string;
}

/** A lock that is held. */
export interface Lock {
  /** Writes a note into the lock, for whoever finds it taken. */
  announce(note: string): Promise<void>;
  /** Gives it back; nothing when somebody has removed or replaced it. */
  release(): Promise<void>;
}

/** The lock is taken. Its users tell their caller in an error of their own. */
export class LockHeldError extends namedError("LockHeldError", Error) {
  constructor(
    /** The lock file. */
    readonly path: string,
    /** The process that has it. */
    readonly holder: LockHolder,
  ) {
    super(`${path} is held by process ${holder.pid} on ${holder.host}`);
  }
}

/** How often a lock that others take over at this moment is looked at again: each look is a few file operations. */
const ROUNDS = 1000;

/**
 * Takes the lock file `path`, in a folder that is there: for one taker at a time, among threads, processes, and
 * machines that share the folder. The lock of a process that has ended is taken over; one on another machine is not,
 * since nothing is known of its process.
 *
 * Two that find the same dead holder must not both win, nor may a slow one remove the lock of whoever was quicker. So
 * a dead holder's lock is removed only by who holds the file `<path>.over-<its token>`, which is a lock of the same
 * kind, and only while it still is that holder's. Tokens are never used again, so nothing it was judged by can change
 * in between.
 *
 * @throws {LockHeldError} when a process that runs has it
 */
export async function takeLock(path: string): Promise<Lock> {
  await removeTemporary(path);
  const self: LockHolder = { ...ownIdentity(), token: randomUUID() };
  const draft = temporaryName(path);
  // Written apart and linked: whoever sees the lock sees it whole, and one link only can succeed.
  await writeFile(draft, JSON.stringify(self), { flag: "wx" });
  try {
    for (let round = 1; !(await tryLink(draft, path)); round++) {
      await takeOver(path, draft, round);
      await pass();
    }
  } finally {
    await rm(draft, { force: true });
  }
  await removeOldTakeOvers(path);
  const isMine = async () => (await read(path))?.token === self.token;
  return {
    async announce(note) {
      if (!(await isMine())) return;
      const next = temporaryName(path);
      await writeFile(next, JSON.stringify({ ...self, note }), { flag: "wx" });
      await rename(next, path);
    },
    async release() {
      if (await isMine()) await rm(path, { force: true });
    },
  };
}

/** Removes the lock if its holder has ended; returns, whatever happened, for the next try. */
async function takeOver(path: string, draft: string, round: number): Promise<void> {
  const found = await read(path);
  if (found === undefined) return;
  if (found.holder !== undefined && (stillRuns(found.holder) || round >= ROUNDS)) {
    throw new LockHeldError(path, found.holder);
  }
  const over = `${path}.over-${found.token}`;
  if (await tryLink(draft, over)) {
    if ((await read(path))?.token === found.token) await rm(path, { force: true });
    await rm(over, { force: true });
    return;
  }
  const other = await read(over);
  // Somebody is at it: if not dead himself, it takes him a moment.
  if (other === undefined || (other.holder !== undefined && stillRuns(other.holder))) return;
  await takeOver(over, draft, round);
}

/** What killed takers-over left; whoever looks for one of these again finds that the lock has changed. */
async function removeOldTakeOvers(path: string): Promise<void> {
  const start = `${basename(path)}.over-`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(start)) continue;
    const file = join(dirname(path), name);
    const found = await read(file);
    if (found !== undefined && (found.holder === undefined || !stillRuns(found.holder))) {
      await rm(file, { force: true });
    }
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** @returns undefined where there is no file; no holder where a power cut or somebody else left other text there */
async function read(path: string): Promise<{ token: string; holder: LockHolder | undefined } | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const holder = JSON.parse(text) as LockHolder;
    if (Number.isInteger(holder.pid) && typeof holder.token === "string" && /^[\w-]+$/.test(holder.token))
      return { token: holder.token, holder };
  } catch {
    // Not written by this module: nobody's lock.
  }
  return { token: createHash("sha256").update(text).digest("hex").slice(0, 32), holder: undefined };
}
