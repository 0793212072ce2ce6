import { readdir } from "node:fs/promises";
import path from "node:path";
import type { ObjectStore } from "./object-store.js";
import { parseS3Uri, putInS3 } from "./transfer.js";

/** Puts every file below a folder under an S3 prefix. A folder that is not there holds nothing. */
export async function uploadFolder(store: ObjectStore, folder: string, uri: string): Promise<void> {
  const prefix = uri.replace(/\/*$/, "/");
  for (const entry of await entriesOf(folder)) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    const relative = path.relative(folder, file).split(path.sep).join("/");
    await putInS3(store, parseS3Uri(prefix + relative), { path: file });
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
