import { chmod, readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Logger } from "../logger.js";

/** While a process that a program left behind still writes into the folder. */
const PATIENCE = { maxRetries: 10, retryDelay: 100 };

/**
 * Removes a folder that a program had for its own, with what it made read-only there. What cannot be
 * removed is told and stays until the next start of the server: no job fails for it.
 */
export async function removeTree(folder: string, logger: Logger): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, ...PATIENCE });
  try {
    await remove().catch(async () => {
      await makeWritable(folder);
      await remove();
    });
  } catch (error) {
    logger.warn(`The folder ${folder} could not be removed: ${(error as Error).message}`);
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(path.join(folder, entry.name));
  }
}
