import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";

/**
 * Unpacks a model archive, gzipped or not, into a folder that is there. Links and names that leave the folder are refused.
 *
 * @throws Error for a broken or unsafe archive
 */
export async function unpackArchive(file: string, folder: string): Promise<void> {
  let refused: string | undefined;
  await pipeline(
    createReadStream(file),
    extract({
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
