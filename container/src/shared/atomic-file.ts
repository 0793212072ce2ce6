import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Ending of a file that is still being written. */
const PARTIAL = ".partial";

/**
 * Writes a file so that it appears whole or not at all, even when the process is killed: into a hidden neighbour,
 * flushed to disk, then renamed.
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}${PARTIAL}`);
  try {
    const file = await open(partial, "w");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** Removes what a killed run left half-written in `folder`; a folder that is not there is fine. */
export async function removePartialFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (name.startsWith(".") && name.endsWith(PARTIAL)) await rm(join(folder, name), { force: true });
  }
}
