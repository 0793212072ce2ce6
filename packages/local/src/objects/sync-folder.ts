import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Objects, parseS3Uri } from "./objects.js";

/** Keeps an S3 prefix up to date with a folder, one way. */
export interface FolderSync {
  /** Puts what is new or changed since the last time, and is not being written right now. */
  push(): Promise<void>;
}

/** A file that changed less than this before is still being written, as far as one can tell. */
const SETTLED_MS = 500;

/** Makes a sync of a folder that may not be there yet. `final` pushes also what changed just now. */
export function createFolderSync(
  objects: Objects,
  folder: string,
  uri: string,
): FolderSync & { final(): Promise<void> } {
  const prefix = uri.replace(/\/*$/, "/");
  const pushed = new Map<string, string>();
  const push = async (settledMs: number): Promise<void> => {
    for (const file of await filesBelow(folder)) {
      const state = await stat(file).catch(() => undefined);
      // A file may go while one looks: the program clears old checkpoints away.
      if (state === undefined || Date.now() - state.mtimeMs < settledMs) continue;
      const mark = `${state.size}:${state.mtimeMs}`;
      if (pushed.get(file) === mark) continue;
      const relative = path.relative(folder, file).split(path.sep).join("/");
      await objects.put(parseS3Uri(prefix + relative), { path: file });
      pushed.set(file, mark);
    }
  };
  return { push: () => push(SETTLED_MS), final: () => push(Number.NEGATIVE_INFINITY) };
}

/** Pushes again and again until `signal` is aborted. Failures are told to `onError`, and tried again. */
export async function keepPushing(
  sync: FolderSync,
  periodMs: number,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  while (!signal.aborted) {
    await sync.push().catch(onError);
    await sleep(periodMs, undefined, { signal }).catch(() => undefined);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
