import { readFileSync, statSync } from "node:fs";
import nodeModule, { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { writeWholeFile } from "@sightline/foundation/whole-file";

/** A CommonJS module that was loaded with what V8 had compiled of it in an earlier process. */
export interface CachedModule {
  readonly exports: unknown;
  /** Keeps the compiled code for later processes; nothing when it was there. Rejects when it cannot be written. */
  keep(): Promise<void>;
}

/**
 * Loads a large CommonJS module that Node would compile anew in each process: nine megabytes of TypeScript take a tenth
 * of a second. Node's own cache, from version 22 on, is written only by a process that ends by itself.
 * @param folder where compiled code lies. Default: the user's folder for caches.
 */
export function loadCached(file: string, folder = cacheFolder()): CachedModule {
  const { size, mtimeMs } = statSync(file);
  // V8 compares its own version, its flags and the length of the source; the rest must be in the name.
  const path = join(folder, `${process.version}-${process.arch}-${size}-${Math.floor(mtimeMs)}.v8-code`);
  const cachedData = readIfThere(path);
  const options = cachedData === undefined ? {} : { cachedData };
  const script = new Script(nodeModule.wrap(readFileSync(file, "utf8")), { filename: file, ...options });
  let kept = cachedData !== undefined && script.cachedDataRejected !== true;
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return {
    exports: module.exports,
    keep: async () => {
      if (kept) return;
      kept = true;
      await writeWholeFile(path, script.createCachedData());
    },
  };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** The user's own, never one that others may write to, such as the system's temporary folder: the code in it is run. */
function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32") return join(LOCALAPPDATA || homedir(), "sightline");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "sightline");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "sightline");
}
