import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Lock, LockHeldError, takeLock } from "@sightline/foundation/lock";
import { takeTemporaryBelowAlong } from "@sightline/foundation/temporary-name";
import { OutputBusyError } from "../errors.js";
import { openToFfmpeg } from "../media/ffmpeg-user.js";

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

/** How often a folder that comes and goes is entered. */
const ROUNDS = 100;

/**
 * Where a job that writes `output` keeps its finished segments while it runs: the folder `.<name>.sightline` beside it. A job
 * with the same options, on a video with the same content and time, takes them up, also on another machine whose folder got
 * a copy of the files.
 *
 * @param output path of the video that the job writes
 */
export function workFolderPath(output: string): string {
  const target = resolve(output);
  return join(dirname(target), `.${basename(target)}.sightline`);
}

/** Whether an ended job has left finished segments for a later run. */
export function hasFinishedSegments(output: string): boolean {
  return existsSync(workFolderPath(output));
}

/**
 * Takes the folder `.<name>.sightline` beside an output for one job.
 *
 * @throws {OutputBusyError} when another running job has it
 */
export async function openWorkFolder(output: string): Promise<WorkFolder> {
  const path = workFolderPath(output);
  const lock = await enter(path, output);
  const stay = takeTemporaryBelowAlong(path);
  const stages = new Set<string>();
  const removeAll = async () => {
    // The lock goes last: until then nobody else puts anything here that would be removed with the rest.
    for (const name of await readdir(path).catch(() => [])) {
      if (!/^\.?lock\b/.test(name)) await rm(join(path, name), { recursive: true, force: true });
    }
    stay();
    await lock.release();
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      // The next job may have it already.
      if (!["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code ?? "")) throw error;
    });
  };
  return {
    path,
    async stage(name, inputs) {
      const digest = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 16);
      const folder = `${name}-${digest}`;
      stages.add(folder);
      await mkdir(join(path, folder), { recursive: true });
      await openToFfmpeg(join(path, folder));
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
      if (files.some((name) => /(^|[\\/])\d{6}\.(json|mp4)$/.test(name))) {
        stay();
        await lock.release();
      } else await removeAll();
    },
    remove: removeAll,
  };
}

/** Makes the folder and takes its lock; again, where the job before removes the folder in between. */
async function enter(path: string, output: string): Promise<Lock> {
  for (let round = 1; ; round++) {
    try {
      await mkdir(path, { recursive: true });
      await openToFfmpeg(path);
      return await takeLock(join(path, "lock"));
    } catch (error) {
      if (error instanceof LockHeldError) throw busy(output, error);
      const { code = "" } = error as NodeJS.ErrnoException;
      // mkdir says one or the other when the folder goes between its own two looks.
      if ((code !== "ENOENT" && code !== "EEXIST") || round === ROUNDS) throw error;
    }
  }
}

function busy(output: string, cause: LockHeldError): OutputBusyError {
  const { pid, host } = cause.holder;
  const where = host === hostname() ? "" : ` on ${host}`;
  return new OutputBusyError(
    `${output} is being written by another job (process ${pid}${where}); wait for it, choose another output, or remove the .sightline folder beside it if that machine is gone`,
    { cause },
  );
}
