import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { writeWhole } from "../outputs/write-whole.js";

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
  const work = join(target, `.${randomBytes(6).toString("hex")}.part`);
  // The topmost folder that did not exist: it goes again when nothing comes of it.
  const made = await mkdir(work, { recursive: true });
  let done = false;
  const hidden = (index: number) => join(work, String(index));
  return {
    hidden,
    async commit(pictures, records, recordsPath, signal) {
      const lines = function* () {
        for (const record of records) yield `${JSON.stringify(record)}\n`;
      };
      const recordsReady = join(work, "records");
      await writeWhole(lines(), recordsReady, signal);
      for (const folder of new Set(pictures.map(({ name }) => dirname(join(target, name))))) {
        await mkdir(folder, { recursive: true });
      }
      for (const { index, name } of pictures) await rename(hidden(index), join(target, name));
      if (dirname(resolve(recordsPath)) === target) await rename(recordsReady, recordsPath);
      else await writeWhole(lines(), recordsPath);
      done = true;
    },
    async remove() {
      await rm(work, { recursive: true, force: true });
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
