import { readFileSync, statSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import nodeModule, { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { cacheFolder } from "./cache-folder.js";

/** A CommonJS module that was loaded with what V8 had compiled of it in an earlier process. */
export interface CachedModule {
  readonly exports: unknown;
  /** Keeps the compiled code for later processes; nothing when it was there. Rejects when it cannot be written. */
  keep(): Promise<void>;
}

/**
 * Loads a large CommonJS module that Node would compile anew in each process: nine megabytes of TypeScript take a tenth
 * of a second. Node's own cache comes with version 22.1, and is written by a process that is killed from 22.10 on.
 * @param folder where compiled code lies. Default: the user's folder for caches.
 */
export function loadCached(file: string, folder = cacheFolder()): CachedModule {
  const { size, mtimeMs } = statSync(file);
  // V8 compares its own version, its flags and the length of the source; the rest must be in the name.
  const name = `${PREFIX}${size}-${Math.floor(mtimeMs)}${ENDING}`;
  const path = join(folder, name);
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
      await removeOthers(folder, name);
    },
  };
}

/** Names of compiled code for this Node: others have their own. */
const PREFIX = `${process.version}-${process.arch}-`;
const ENDING = ".v8-code";

/** Removes what this Node compiled of other states of the file, mostly of earlier TypeScript: megabytes each. */
async function removeOthers(folder: string, kept: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(PREFIX) && name.endsWith(ENDING) && name !== kept) {
      await rm(join(folder, name), { force: true });
    }
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
