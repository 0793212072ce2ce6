import { hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { ImageError } from "../errors.js";
import { fileStamp } from "./file-stamp.js";
import type { KnownContents, KnownFile } from "./item.js";

/** Memory that one thread reads its files into, one after the other: a new buffer each would only make garbage. */
let shared = Buffer.alloc(0);

/** Files up to this size share the buffer, in bytes. */
const SHARED_LIMIT = 16 * 1024 * 1024;

/** A file's content, or word that it is the one known already. */
export type ReadImageFile =
  | { readonly same: true; readonly stat: string; readonly content?: string }
  | { readonly same: false; readonly stat: string; readonly hash: string; readonly bytes: Buffer };

/**
 * Reads one file of the list. Synchronous: in a worker thread that is the fastest way. The bytes are good until the
 * next call.
 *
 * @param contents of other paths, when this one is not known
 * @param hashes whether the content is hashed, to recognise it when the file's times or place have changed
 * @throws ImageError when it is missing or cannot be read
 */
export function readImageFile(
  root: string,
  path: string,
  known: KnownFile | undefined,
  contents: KnownContents | undefined,
  hashes: boolean,
): ReadImageFile {
  const file = openImageFile(root, path);
  try {
    const info = fstatSync(file);
    if (!info.isFile()) throw new ImageError(path, "unreadable", "this is not a file");
    const stat = fileStamp(info);
    if (known?.stat === stat) return { same: true, stat };
    const elsewhere = known === undefined ? contents : undefined;
    if (elsewhere?.keys.has(stat)) return { same: true, stat, content: stat };
    const bytes = readAll(file, info.size, path);
    const digest = hashes ? hash("sha1", bytes, "base64") : "";
    if (hashes && known?.hash === digest) return { same: true, stat };
    if (hashes && elsewhere?.keys.has(digest)) return { same: true, stat, content: digest };
    return { same: false, stat, hash: digest, bytes };
  } finally {
    closeSync(file);
  }
}

function openImageFile(root: string, path: string): number {
  // Lists written on Windows have backslashes; a name that really holds one wins.
  const names = path.includes("\\") ? [path, path.replaceAll("\\", "/")] : [path];
  for (const name of names) {
    try {
      return openSync(isAbsolute(name) ? name : join(root, name), "r");
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      throw new ImageError(path, "unreadable", `the file cannot be opened (${message})`, { cause: error });
    }
  }
  throw new ImageError(path, "missing", `there is no such file in ${root}`);
}

function readAll(file: number, size: number, path: string): Buffer {
  const bytes = memoryFor(size);
  let length = 0;
  try {
    while (length < size) {
      const read = readSync(file, bytes, length, size - length, null);
      if (read === 0) break;
      length += read;
    }
  } catch (error) {
    throw new ImageError(path, "unreadable", `the file cannot be read (${(error as Error).message})`, {
      cause: error,
    });
  }
  return length === size ? bytes : bytes.subarray(0, length);
}

function memoryFor(size: number): Buffer {
  if (size > SHARED_LIMIT) return Buffer.allocUnsafeSlow(size);
  if (shared.length < size)
    shared = Buffer.allocUnsafeSlow(Math.min(SHARED_LIMIT, Math.max(262_144, size * 2)));
  return shared.subarray(0, size);
}
