import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { removeTemporary, temporaryName } from "@sightline/foundation/temporary-name";
import { VideoMarkupError } from "../errors.js";

/** A folder that has a private name beside its own until it is complete. */
export interface NewFolder {
  /** Where its files are put until then. */
  readonly hidden: string;
  /** Gives it its name. */
  commit(): Promise<void>;
  /** Removes what has no name; nothing after `commit`. */
  discard(): Promise<void>;
}

/**
 * Starts a folder.
 *
 * @throws {VideoMarkupError} when something of that name is there already
 */
export async function startNewFolder(path: string): Promise<NewFolder> {
  await checkNewFolder(path);
  const target = resolve(path);
  const hidden = temporaryName(target);
  await mkdir(dirname(target), { recursive: true });
  await removeTemporary(target);
  await mkdir(hidden);
  return {
    hidden,
    commit: () => rename(hidden, target),
    discard: () => rm(hidden, { recursive: true, force: true }),
  };
}

/** @throws {VideoMarkupError} when something of that name is there that is no empty folder */
export async function checkNewFolder(path: string): Promise<void> {
  const there = await readdir(path).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? [] : undefined,
  );
  // An empty folder is replaced by the renaming.
  if (there?.length !== 0) {
    throw new VideoMarkupError(
      `${path} exists already; the folder must be new: remove it, or choose another name`,
    );
  }
}
