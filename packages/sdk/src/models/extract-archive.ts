import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { createGunzip } from "node:zlib";
import { removeTemporary, temporaryName } from "@sightline/foundation/temporary-name";
import type { ReadEntry } from "tar";
import { ArchiveError } from "../errors.js";
import { readTar } from "./tar.js";

/** How an archive is unpacked. */
export interface ExtractOptions {
  /** Most bytes of all files together; protects the disk from a small archive that unpacks large. Default 20 GiB. */
  readonly maxBytes?: number;
  /** Most entries. Default 10,000. */
  readonly maxEntries?: number;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** A file that was unpacked. */
export interface ExtractedFile {
  /** Path in the folder, "/" between the parts. */
  readonly name: string;
  /** Absolute path of the file. */
  readonly path: string;
  /** Length in bytes. */
  readonly bytes: number;
}

/**
 * Unpacks a .tar.gz of files and folders. Links, devices, absolute paths and ".." are refused, not skipped:
 * an archive that has them is not what it says. The folder appears when all of it is unpacked.
 *
 * @param folder must not exist yet
 * @throws ArchiveError
 * @example
 * ```ts
 * const files = await extractArchive("model.tar.gz", "model");
 * files.map(({ name }) => name); // ["manifest.json", "model.onnx"]
 * ```
 */
export async function extractArchive(
  archive: string,
  folder: string,
  options: ExtractOptions = {},
): Promise<readonly ExtractedFile[]> {
  const { maxBytes = 20 * 1024 ** 3, maxEntries = 10_000, signal } = options;
  signal?.throwIfAborted();
  const target = resolve(folder);
  if (existsSync(target))
    throw new ArchiveError(`${target} exists already: name a new folder to unpack into.`);
  const partial = temporaryName(target);
  await removeTemporary(target);
  await mkdir(dirname(target), { recursive: true });
  await mkdir(partial);
  const files: ExtractedFile[] = [];
  let entries = 0;
  let bytes = 0;
  const source = createReadStream(archive);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  try {
    await readTar(source.pipe(gunzip), async (entry) => {
      signal?.throwIfAborted();
      entries += 1;
      bytes += entry.size;
      if (entries > maxEntries)
        throw new ArchiveError(`${archive} has more entries than maxEntries (${maxEntries}).`);
      if (bytes > maxBytes) throw new ArchiveError(`${archive} unpacks to more than maxBytes (${maxBytes}).`);
      const path = checkEntry(archive, partial, entry);
      if (entry.type === "Directory") {
        await mkdir(path, { recursive: true });
        entry.resume();
        return;
      }
      if (path === partial) throw new ArchiveError(`${archive} has a file without a name.`, entry.path);
      await mkdir(dirname(path), { recursive: true });
      await writeEntry(path, entry, signal);
      const name = path
        .slice(partial.length + 1)
        .split(sep)
        .join("/");
      files.push({ name, path: join(target, name), bytes: entry.size });
    });
    await rename(partial, target);
    return files;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (signal?.aborted) throw signal.reason;
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "EEXIST")
      throw new ArchiveError(`${archive} has the same file twice.`, undefined, { cause: error });
    throw error;
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function writeEntry(path: string, entry: ReadEntry, signal: AbortSignal | undefined): Promise<void> {
  const file = await open(path, "wx");
  try {
    for await (const chunk of entry) {
      signal?.throwIfAborted();
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
}

function checkEntry(archive: string, root: string, { path: name, type }: ReadEntry): string {
  if (!["File", "OldFile", "ContiguousFile", "Directory"].includes(type)) {
    throw new ArchiveError(
      `${archive} has ${describeType(type)} (${name}); only files and folders are unpacked.`,
      name,
    );
  }
  const parts = name.split(/[/\\]/);
  if (/^([/\\]|[A-Za-z]:)/.test(name) || parts.includes("..") || name.includes("\0")) {
    throw new ArchiveError(`${archive} has an entry outside its folder: ${name}.`, name);
  }
  return resolve(root, ...parts.filter((part) => part !== "" && part !== "."));
}

function describeType(type: string): string {
  if (/Link$/.test(type)) return "a link";
  if (/Device$|^FIFO$/.test(type)) return "a device";
  return `an entry of type ${type}`;
}
