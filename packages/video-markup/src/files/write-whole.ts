import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { VideoMarkupError } from "../errors.js";
import { startWholeFile } from "./whole-file.js";

/** A private name beside `path`, on the same disk, for what is not finished yet. */
export async function hiddenBeside(path: string): Promise<{ target: string; hidden: string }> {
  const target = resolve(path);
  await mkdir(dirname(target), { recursive: true });
  return {
    target,
    hidden: join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.part`),
  };
}

/**
 * A private folder beside `path`, which gets its name by renaming.
 *
 * @throws {VideoMarkupError} when something of that name is there already
 */
export async function newFolderBeside(path: string): Promise<{ target: string; hidden: string }> {
  const place = await hiddenBeside(path);
  const there = await readdir(place.target).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? [] : undefined,
  );
  // An empty folder is replaced by the renaming.
  if (there?.length !== 0) {
    throw new VideoMarkupError(
      `${path} exists already; the folder must be new: remove it, or choose another name`,
    );
  }
  await mkdir(place.hidden);
  return place;
}

/** Writes text as it comes; the file has its name only when it is complete. Aborts with `signal.reason`. */
export async function writeWhole(
  chunks: AsyncIterable<string> | Iterable<string>,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const { target, hidden } = await hiddenBeside(path);
  const file = await startWholeFile(target, hidden);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await file.write(chunk);
    }
    await file.commit();
  } finally {
    await file.discard();
  }
}
