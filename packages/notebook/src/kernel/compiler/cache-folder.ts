import { homedir } from "node:os";
import { join } from "node:path";

/** The user's own, never one that others may write to, such as the system's temporary folder: the code in it is run. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32") return join(LOCALAPPDATA || homedir(), "sightline");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "sightline");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "sightline");
}
