import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { removeTemporary, temporaryName } from "./temporary-name.js";

/** How a whole file reaches the disk. */
export interface WholeFileOptions {
  /**
   * Wait until the bytes are on the disk before the file gets its name, so that a power cut leaves it whole or absent
   * too. Default true. Without it a power cut, but no killed process, can leave an empty file.
   */
  readonly flush?: boolean;
}

/** A file that is written under a temporary name and appears under its own when it is complete. */
export interface WholeFile {
  /** Where the bytes go until then; other programs may write there. */
  readonly temporaryPath: string;
  /** Appends. Small pieces are gathered. */
  write(data: string | Uint8Array): Promise<void>;
  /** Gives the file its name, replacing what had it. */
  commit(): Promise<void>;
  /** Closes and removes what was written; nothing after `commit`. */
  discard(): Promise<void>;
}

/** Bytes gathered before they are written: lines are short, writes are not free. */
const GATHER = 64 * 1024;

/**
 * Starts a file. Its folder is made; what killed processes left of this file is removed.
 *
 * @example
 * ```ts
 * const file = await startWholeFile("out/detections.jsonl");
 * try {
 *   for (const record of records) await file.write(`${JSON.stringify(record)}\n`);
 *   await file.commit();
 * } finally {
 *   await file.discard();
 * }
 * ```
 */
export async function startWholeFile(path: string, options: WholeFileOptions = {}): Promise<WholeFile> {
  await mkdir(dirname(path), { recursive: true });
  await removeTemporary(path);
  const temporaryPath = temporaryName(path);
  const handle = await open(temporaryPath, "wx");
  let pending: Uint8Array[] = [];
  let gathered = 0;
  let isOpen = true;
  let committed = false;

  const flush = async () => {
    const bytes = pending.length === 1 ? pending[0]! : Buffer.concat(pending);
    pending = [];
    gathered = 0;
    if (bytes.length > 0) await handle.writeFile(bytes);
  };
  const close = async () => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    temporaryPath,
    async write(data) {
      // Copied: the caller may use its memory again.
      const bytes = typeof data === "string" ? Buffer.from(data) : Buffer.from(data);
      pending.push(bytes);
      gathered += bytes.length;
      if (gathered >= GATHER) await flush();
    },
    async commit() {
      await flush();
      if (options.flush !== false) await handle.sync();
      await close();
      await rename(temporaryPath, path);
      committed = true;
    },
    async discard() {
      if (committed) return;
      await close();
      await rm(temporaryPath, { force: true });
    },
  };
}

/** Writes a file that is there whole or not at all, also after a kill, a full disk or a power cut. */
export async function writeWholeFile(
  path: string,
  data: string | Uint8Array,
  options: WholeFileOptions = {},
): Promise<void> {
  const file = await startWholeFile(path, options);
  try {
    await file.write(data);
    await file.commit();
  } finally {
    await file.discard();
  }
}
