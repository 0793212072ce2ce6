import { readdir, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { SdkError } from "../errors.js";

/** A file to be uploaded, as it was found. */
export interface LocalFile {
  readonly path: string;
  readonly absolute: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** The files below a folder that the filter lets through, in order of their paths. */
export async function filesBelow(root: string, filter: (path: string) => boolean): Promise<LocalFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files: LocalFile[] = [];
  for (const entry of entries) {
    const absolute = join(entry.parentPath ?? entry.path, entry.name);
    const path = relative(root, absolute).split(sep).join("/");
    if (entry.isDirectory() || !filter(path)) continue;
    const found = await stat(absolute); // Follows a link to a file; a link to a folder is left out.
    if (found.isFile()) files.push({ path, absolute, bytes: found.size, modifiedMs: found.mtimeMs });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file by itself. */
export async function oneFile(absolute: string): Promise<LocalFile> {
  const found = await stat(absolute);
  return { path: basename(absolute), absolute, bytes: found.size, modifiedMs: found.mtimeMs };
}

/** What was sent is then neither the old content nor the new, and its recorded checksum is wrong. */
export async function checkUnchanged(file: LocalFile): Promise<void> {
  const now = await stat(file.absolute);
  if (now.size === file.bytes && now.mtimeMs === file.modifiedMs) return;
  throw new SdkError(`${file.absolute} changed while it was uploaded. Upload it again when it is complete.`);
}

/** False for a path with a part that begins with a dot. */
export function isVisible(path: string): boolean {
  return !path.split("/").some((part) => part.startsWith("."));
}
