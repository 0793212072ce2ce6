import { once } from "node:events";
import { createReadStream } from "node:fs";
import type { ReadEntry } from "tar";
import { ArchiveError } from "../errors.js";

// The one module that knows the package `tar`, which is loaded when it is needed.

/** POSIX.1-1988 (ustar): headers and data in blocks of 512 bytes. */
const BLOCK = 512;

/** One file of an archive to be written. */
export type TarSource =
  | { readonly name: string; readonly content: Uint8Array }
  | { readonly name: string; readonly path: string; readonly bytes: number };

/** The bytes of an archive of these files, in the order given; owned by root, mode 644, dated 1970. */
export async function* writeTar(sources: readonly TarSource[]): AsyncGenerator<Uint8Array, void, undefined> {
  const { Header, Pax } = await import("tar");
  for (const source of sources) {
    const size = "content" in source ? source.content.length : source.bytes;
    const common = { path: source.name, size, uid: 0, gid: 0, mtime: new Date(0) };
    const header = new Header({ ...common, mode: 0o644, type: "File" });
    const block = Buffer.alloc(BLOCK);
    // A name or size that no header holds goes before it, into a pax record.
    if (header.encode(block)) yield new Pax(common).encode();
    yield block;
    if ("content" in source) yield source.content;
    else yield* fileContent(source);
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function* fileContent(source: {
  readonly path: string;
  readonly bytes: number;
}): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of createReadStream(source.path)) {
    seen += (chunk as Buffer).length;
    if (seen > source.bytes) break;
    yield chunk as Buffer;
  }
  if (seen !== source.bytes) {
    throw new ArchiveError(
      `${source.path} changed while it was packed: pack again when it is complete.`,
      source.path,
    );
  }
}

/**
 * Reads an archive; holds a few pieces of it in memory, whatever its size.
 *
 * @param visit called with one entry after the other; must read it to its end, or `resume()` it
 * @throws ArchiveError when it is no tar archive, or ends too early; whatever `visit` throws
 */
export async function readTar(
  source: AsyncIterable<Uint8Array>,
  visit: (entry: ReadEntry) => Promise<void>,
): Promise<void> {
  const { Parser } = await import("tar");
  let current: ReadEntry | undefined;
  let fail!: (error: unknown) => void;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  let visits = Promise.resolve();
  const take = (entry: ReadEntry) => {
    current = entry;
    visits = visits.then(() => visit(entry));
    visits.catch(fail);
  };
  // Strict: what is only odd to the package is an error here.
  const parser = new Parser({ strict: true, onReadEntry: take });
  // Entries of types that the package passes over, such as a record too large to be a name.
  parser.on("ignoredEntry", take);
  parser.on("error", fail);
  const ended = new Promise<void>((resolve) => {
    parser.on("end", resolve);
  });
  const copy = async () => {
    for await (const chunk of source) {
      if (!parser.write(Buffer.from(chunk))) await once(parser, "drain");
    }
    parser.end();
    await ended;
    await visits;
  };
  try {
    await Promise.race([copy(), failure]);
  } catch (error) {
    // The entry that is being read gets no more: its reader must not wait for it.
    current?.on("error", () => undefined).destroy(error as Error);
    await visits.catch(() => undefined);
    throw toArchiveError(error);
  }
}

function toArchiveError(error: unknown): unknown {
  const { message, code = "", tarCode } = error as NodeJS.ErrnoException & { readonly tarCode?: string };
  if (tarCode === undefined && !code.startsWith("Z_")) return error;
  return new ArchiveError(`This is no complete tar archive: ${message}.`, undefined, { cause: error });
}
