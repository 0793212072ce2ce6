import { createReadStream } from "node:fs";
import { ArchiveError } from "../../errors.js";
import { BLOCK, encodeHeader, fitsHeader, paxRecord } from "./tar-header.js";

/** One file of an archive to be written. */
export type TarSource =
  | { readonly name: string; readonly content: Uint8Array }
  | { readonly name: string; readonly path: string; readonly bytes: number };

/** The bytes of an archive of these files, in the order given. */
export async function* writeTar(sources: readonly TarSource[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const source of sources) {
    const size = "content" in source ? source.content.length : source.bytes;
    if (!fitsHeader(source.name, size)) {
      const records = Buffer.from(paxRecord("path", source.name) + paxRecord("size", String(size)));
      yield encodeHeader("PaxHeader", records.length, "x");
      yield records;
      yield padding(records.length);
    }
    yield encodeHeader(source.name, size);
    if ("content" in source) yield source.content;
    else yield* fileContent(source);
    yield padding(size);
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

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
