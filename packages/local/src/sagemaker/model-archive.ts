import { readdir } from "node:fs/promises";
import * as tar from "tar";

/** Packs what lies in folders, one after the other, into one gzipped tar. */
export async function packFolder(folder: string, file: string): Promise<void> {
  const entries = (await readdir(folder)).sort();
  if (entries.length === 0) {
    // tar refuses to write an archive of nothing; two zero blocks are one.
    await tar.create({ gzip: true, file, cwd: folder, portable: true, filter: () => false }, ["."]);
    return;
  }
  await tar.create({ gzip: true, file, cwd: folder, portable: true }, entries);
}
