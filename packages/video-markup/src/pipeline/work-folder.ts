import { createHash, randomBytes } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { OutputBusyError } from "../errors.js";

/** The private folder of one job, beside its output, in which finished segments survive a kill. */
export interface WorkFolder {
  readonly path: string;
  /** A subfolder for results that depend on `inputs`; the same inputs find the same folder again. */
  stage(name: string, inputs: unknown): Promise<string>;
  /** Removes the subfolders that no `stage` call asked for: left over from other settings. */
  removeStale(): Promise<void>;
  /** Gives up the lock and keeps what is finished, for a later run; removes a folder that holds nothing finished. */
  release(): Promise<void>;
  /** Gives up the lock and removes everything. */
  remove(): Promise<void>;
}

interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Start of the process in clock ticks since boot, where the system tells it: pids are used again. */
  readonly started: string;
}

/** How often a lock that comes and goes is tried. */
const ROUNDS = 100;

/** Outputs being written by this process. */
const mine = new Set<string>();

/**
 * Takes the folder `.<name>.sightline` beside an output for one job.
 *
 * @throws {OutputBusyError} when another running job has it
 */
export async function openWorkFolder(output: string): Promise<WorkFolder> {
  const target = resolve(output);
  const path = join(dirname(target), `.${basename(target)}.sightline`);
  if (mine.has(path)) throw busy(output, process.pid);
  mine.add(path);
  const lock = join(path, "lock");
  try {
    await enter(path, lock, output);
  } catch (error) {
    mine.delete(path);
    throw error;
  }
  const stages = new Set<string>();
  const giveUp = async () => {
    await rm(lock, { force: true });
    mine.delete(path);
  };
  const removeAll = async () => {
    // The lock goes last: until then nobody else puts anything here that would be removed with the rest.
    for (const name of await unless(readdir(path), ["ENOENT"], [])) {
      if (name !== "lock") await rm(join(path, name), { recursive: true, force: true });
    }
    await giveUp();
    // The next job may have it already.
    await unless(rmdir(path), ["ENOTEMPTY", "EEXIST", "ENOENT"], undefined);
  };
  return {
    path,
    async stage(name, inputs) {
      const digest = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 16);
      const folder = `${name}-${digest}`;
      stages.add(folder);
      await mkdir(join(path, folder), { recursive: true });
      return join(path, folder);
    },
    async removeStale() {
      for (const entry of await readdir(path, { withFileTypes: true })) {
        if (entry.isDirectory() && !stages.has(entry.name)) {
          await rm(join(path, entry.name), { recursive: true, force: true });
        }
      }
    },
    async release() {
      const files = await readdir(path, { recursive: true });
      // Only what a later run takes up counts: complete records and encoded segments.
      if (files.some((name) => /\d{6}\.(json|mp4)$/.test(name))) await giveUp();
      else await removeAll();
    },
    remove: removeAll,
  };
}

/** Makes the folder and takes its lock; again, where the job before removes the folder in between. */
async function enter(path: string, lock: string, output: string): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      await mkdir(path, { recursive: true });
      await takeLock(lock, output);
      return;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      // mkdir says one or the other when the folder goes between its own two looks.
      if ((code !== "ENOENT" && code !== "EEXIST") || round === ROUNDS) throw error;
    }
  }
}

async function takeLock(lock: string, output: string): Promise<void> {
  // Threads, and two copies of this module, share a process.
  const own = `${lock}.${process.pid}-${randomBytes(4).toString("hex")}`;
  const holder: LockHolder = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  await writeFile(own, JSON.stringify(holder));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      // A hard link appears whole or not at all, and to one process only.
      if (await unless(link(own, lock).then(yes), ["EEXIST"], false)) return;
      const text = await unless(readFile(lock, "utf8"), ["ENOENT"], undefined);
      if (text === undefined) continue;
      const other = parseHolder(text);
      if (other && (await isRunning(other))) throw busy(output, other.pid, other.host);
      await removeStaleLock(lock, own, text);
    }
    throw busy(output, 0);
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Removes a lock that a killed job left. One at a time, and only what it was judged by: a slower one would else remove
 * the lock of whoever has taken it over meanwhile.
 */
async function removeStaleLock(lock: string, own: string, text: string): Promise<void> {
  const turn = `${lock}.turn`;
  if (!(await unless(link(own, turn).then(yes), ["EEXIST"], false))) {
    const turnText = await unless(readFile(turn, "utf8"), ["ENOENT"], undefined);
    if (turnText === undefined) return;
    const other = parseHolder(turnText);
    if (!other || !(await isRunning(other))) await rm(turn, { force: true });
    return;
  }
  try {
    if ((await unless(readFile(lock, "utf8"), ["ENOENT"], undefined)) === text)
      await rm(lock, { force: true });
  } finally {
    await rm(turn, { force: true });
  }
}

const yes = (): boolean => true;

/** What a call gives, or `otherwise` where it fails with one of these codes. */
async function unless<T, U>(call: Promise<T>, codes: readonly string[], otherwise: U): Promise<T | U> {
  try {
    return await call;
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? "")) return otherwise;
    throw error;
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return undefined;
  }
}

async function isRunning(holder: LockHolder): Promise<boolean> {
  // Nothing can be known of a process on another machine: its lock counts.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const started = await startOf(holder.pid);
  return started === "" || holder.started === "" || started === holder.started;
}

/** Field 22 of /proc/PID/stat; empty where there is none. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  // The second field is the program's name in brackets, which may hold blanks.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function busy(output: string, pid: number, host?: string): OutputBusyError {
  const where = host !== undefined && host !== hostname() ? ` on ${host}` : "";
  return new OutputBusyError(
    `${output} is being written by another job (process ${pid}${where}); wait for it, choose another output, or remove the .sightline folder beside it if that machine is gone`,
  );
}
