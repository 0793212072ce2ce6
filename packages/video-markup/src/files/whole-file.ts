import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { VideoMarkupError } from "../errors.js";

/** A file that is written under a temporary name and appears under its own only when it is complete. */
export interface WholeFile {
  /** Where the bytes go until then. */
  readonly temporaryPath: string;
  /** Appends text, a large piece at a time. */
  write(text: string): Promise<void>;
  /** Puts everything on the disk and gives the file its name. */
  commit(): Promise<void>;
  /** Removes what was written; nothing after `commit`. */
  discard(): Promise<void>;
}

/** Characters gathered before they are written: lines are short, writes are not free. */
const gather = 64 * 1024;

/** Starts a text file. The temporary name must be on the same disk. */
export async function startWholeFile(path: string, temporaryPath = `${path}.part`): Promise<WholeFile> {
  let handle: FileHandle | undefined = await open(temporaryPath, "w");
  let pending = "";
  let committed = false;
  const flush = async () => {
    const text = pending;
    pending = "";
    if (text === "") return;
    await handle!.writeFile(text).catch((cause: Error) => {
      throw new VideoMarkupError(`${path} cannot be written: ${cause.message}`, { cause });
    });
  };
  return {
    temporaryPath,
    async write(text) {
      pending += text;
      if (pending.length >= gather) await flush();
    },
    async commit() {
      await flush();
      await handle!.sync();
      await handle!.close();
      handle = undefined;
      await rename(temporaryPath, path);
      committed = true;
    },
    async discard() {
      if (committed) return;
      await handle?.close();
      handle = undefined;
      await rm(temporaryPath, { force: true });
    },
  };
}
