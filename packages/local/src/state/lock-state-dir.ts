import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type Lock, LockHeldError, takeLock } from "@sightline/foundation/lock";
import { StateDirInUseError, StateDirUnusableError } from "../errors.js";

/**
 * Takes the state directory for this server alone, also from one that is dead. What the holder announces
 * is where it listens; whoever comes second is told.
 *
 * @throws StateDirInUseError when another server runs on it
 * @throws StateDirUnusableError when it cannot be made or written to
 */
export async function lockStateDir(stateDir: string): Promise<Lock> {
  try {
    await mkdir(stateDir, { recursive: true });
    return await takeLock(path.join(stateDir, "lock.json"));
  } catch (cause) {
    if (cause instanceof LockHeldError) {
      throw new StateDirInUseError(stateDir, cause.holder.pid, cause.holder.note);
    }
    throw new StateDirUnusableError(
      `The state directory ${stateDir} cannot be used: ${(cause as Error).message}. Choose a folder that can be written to.`,
      { cause },
    );
  }
}
