import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
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

/**
 * Unpacks a model archive, gzipped or not. Links and names that leave the folder are refused.
 *
 * @throws Error for a broken or unsafe archive
 */
export async function unpackArchive(file: string, folder: string): Promise<void> {
  let refused: string | undefined;
  await pipeline(
    createReadStream(file),
    tar.extract({
      cwd: folder,
      strict: true,
      filter(name, entry) {
        const type = "type" in entry ? entry.type : "File";
        const safe =
          /^(File|OldFile|ContiguousFile|Directory)$/.test(type) && !name.split("/").includes("..");
        if (!safe) refused ??= name;
        return safe;
      },
    }),
  );
  if (refused !== undefined)
    throw new Error(`The archive holds "${refused}", which is a link or leaves its folder.`);
}
