import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes what killed runs left half-written in `folder`; a folder that is not there is fine.
 *
 * A job has its folders for itself, so whatever is partial is of a dead run, also one in another container whose
 * checkpoints SageMaker brought here: `removeTemporary` of foundation knows only this machine's processes.
 */
export async function removePartialFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (name.startsWith(".") && name.endsWith(".partial")) await rm(join(folder, name), { force: true });
  }
}
