import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { removeTemporary, temporaryName } from "@sightline/foundation/temporary-name";
import { startWholeFile } from "../files/whole-file.js";

/** Where pictures lie until all are made. */
export interface PictureFolder {
  /** Path of the n-th picture until then. */
  hidden(index: number): string;
  /** Writes the records and gives every picture its name, over files of the same names. */
  commit(
    pictures: readonly { readonly index: number; readonly name: string }[],
    records: readonly object[],
    recordsPath: string,
    signal: AbortSignal,
  ): Promise<void>;
  /** Removes what has no name yet. */
  remove(): Promise<void>;
}

/** Makes a hidden folder in the output folder, so that giving a file its name is one renaming. */
export async function openPictureFolder(outputFolder: string): Promise<PictureFolder> {
  const target = resolve(outputFolder);
  const work = join(target, "pictures");
  await removeTemporary(work);
  const hiddenFolder = temporaryName(work);
  // The topmost folder that did not exist: it goes again when nothing comes of it.
  const made = await mkdir(hiddenFolder, { recursive: true });
  let done = false;
  const hidden = (index: number) => join(hiddenFolder, String(index));
  return {
    hidden,
    async commit(pictures, records, recordsPath, signal) {
      const lines = await startWholeFile(recordsPath);
      try {
        for (const record of records) await lines.write(`${JSON.stringify(record)}\n`);
        for (const folder of new Set(pictures.map(({ name }) => dirname(join(target, name))))) {
          await mkdir(folder, { recursive: true });
        }
        signal.throwIfAborted();
        for (const { index, name } of pictures) await rename(hidden(index), join(target, name));
        await lines.commit();
        done = true;
      } finally {
        await lines.discard();
      }
    },
    async remove() {
      await rm(hiddenFolder, { recursive: true, force: true });
      if (done || made === undefined) return;
      for (let folder = target; folder.startsWith(made); folder = dirname(folder)) {
        // Not empty: another job has begun to use it.
        const gone = await rmdir(folder).then(
          () => true,
          () => false,
        );
        if (!gone) return;
      }
    },
  };
}
