import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { VideoMarkupError } from "../errors.js";
import { hiddenBeside, writeWhole } from "../files/write-whole.js";

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
      const ready = await hiddenBeside(recordsPath);
      try {
        await writeWhole(lines(), ready.hidden, signal);
        // Looked at before the first picture gets its name: all of them appear, or none.
        for (const path of [ready.target, ...pictures.map(({ name }) => join(target, name))]) {
          await checkReplaceable(path);
        }
        for (const folder of new Set(pictures.map(({ name }) => dirname(join(target, name))))) {
          await mkdir(folder, { recursive: true });
        }
        for (const { index, name } of pictures) await rename(hidden(index), join(target, name));
        await rename(ready.hidden, ready.target);
        done = true;
      } finally {
        await rm(ready.hidden, { force: true });
      }
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

/** A folder cannot be replaced by a file. */
async function checkReplaceable(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new VideoMarkupError(
      `${path} is a folder, where a file is to be written; choose another output folder`,
    );
  }
}
