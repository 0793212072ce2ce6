import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { StateDirInUseError } from "../errors.js";

interface LockOwner {
  readonly pid: number;
  /** Tells a process from a later one with the same id; undefined where the system does not say. */
  readonly started: string | undefined;
  readonly url?: string;
}

/** Holds a state directory for one server. */
export interface StateLock {
  /** Writes where the server listens into the lock, for the message that a second one shows. */
  announce(url: string): void;
  release(): void;
}

/**
 * Takes the lock of a state directory, also from an owner that is dead.
 *
 * @throws StateDirInUseError
 */
export function lockStateDir(stateDir: string): StateLock {
  mkdirSync(stateDir, { recursive: true });
  const lock = path.join(stateDir, "lock.json");
  const mine = path.join(stateDir, `lock.${process.pid}.${Math.random().toString(36).slice(2)}`);
  const self: LockOwner = { pid: process.pid, started: startedAt(process.pid) };
  writeFileSync(mine, JSON.stringify(self));
  try {
    while (!tryLink(mine, lock)) {
      const owner = readOwner(lock);
      if (owner === undefined) continue;
      if (isAlive(owner)) throw new StateDirInUseError(stateDir, owner.pid, owner.url);
      removeStale(lock, `${mine}.stale`, owner);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    announce(url) {
      writeFileSync(mine, JSON.stringify({ ...self, url }));
      renameSync(mine, lock);
    },
    release: () => rmSync(lock, { force: true }),
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Two servers may find the same stale lock: only the one that moved the stale file away may go on. */
function removeStale(lock: string, aside: string, stale: LockOwner): void {
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = readOwner(aside);
  if (moved !== undefined && moved.pid !== stale.pid) tryLink(aside, lock);
  rmSync(aside, { force: true });
}

function readOwner(file: string): LockOwner | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const owner = JSON.parse(text) as LockOwner;
    if (Number.isInteger(owner.pid)) return owner;
  } catch {
    // Falls through: a loss of power leaves empty files.
  }
  return NOBODY;
}

/** A lock appears complete, so one that cannot be read has no owner. */
const NOBODY: LockOwner = { pid: 0, started: undefined };

function isAlive(owner: LockOwner): boolean {
  if (owner.pid === NOBODY.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return owner.started === undefined || startedAt(owner.pid) === owner.started;
}

/** Start time in clock ticks: field 22 of /proc/PID/stat (proc(5)), counted after the name's bracket. */
function startedAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
