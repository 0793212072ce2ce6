import { type FileHandle, mkdir, open, rename, rm, truncate } from "node:fs/promises";
import { join } from "node:path";

/** The files of a run under way; see `OutputPaths.work`. */
export interface WorkFiles {
  readonly rec: FileHandle;
  readonly journal: FileHandle;
  readonly idx: FileHandle;
  readonly lst: FileHandle | undefined;
}

/** How a run begins. */
export interface WorkStart {
  /** What a killed run left is gone on with. */
  readonly resumes: boolean;
  /** Bytes of records that are kept. */
  readonly recBytes: number;
  /** Brings them into a new file, before the journal tells of them. */
  readonly copyRecords: (rec: FileHandle) => Promise<void>;
  /** The journal's first lines. */
  readonly journal: string;
  readonly needsList: boolean;
}

/** Opens the files in a work folder. */
export async function openWorkFiles(folder: string, start: WorkStart): Promise<WorkFiles> {
  if (!start.resumes) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  const recPath = join(folder, "data.rec");
  const rec = await open(recPath, start.resumes ? "r+" : "w+");
  if (start.resumes) await truncate(recPath, start.recBytes);
  else await start.copyRecords(rec);
  const lst = start.needsList ? await open(join(folder, "data.lst"), "w") : undefined;
  return {
    rec,
    journal: await renewJournal(join(folder, "journal.jsonl"), start.journal),
    idx: await open(join(folder, "data.idx"), "w"),
    lst,
  };
}

/** The journal is written anew: its kept lines are in memory anyway, and a broken last line must go. */
async function renewJournal(path: string, text: string): Promise<FileHandle> {
  const draft = `${path}.new`;
  const file = await open(draft, "w");
  await file.writeFile(text);
  await file.close();
  await rename(draft, path);
  return await open(path, "a");
}

/** Waits until all of them are on the disk. */
export async function syncWorkFiles({ rec, journal, idx, lst }: WorkFiles): Promise<void> {
  await Promise.all([rec, journal, idx, lst].map(async (file) => await file?.datasync()));
}

/** Closes all of them. */
export async function closeWorkFiles({ rec, journal, idx, lst }: WorkFiles): Promise<void> {
  for (const file of [rec, journal, idx, lst]) await file?.close();
}
