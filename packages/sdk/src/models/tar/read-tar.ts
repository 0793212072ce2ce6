import { ArchiveError } from "../../errors.js";
import { BLOCK, decodeHeader, type TarEntryHeader } from "./tar-header.js";

/** A pax record or GNU name is text of some hundred bytes; this bounds the memory a hostile one takes. */
const MOST_EXTENSION_BYTES = 1024 * 1024;

/** What the reader calls for each entry, in order; `data` gets the content in pieces. */
export interface TarVisitor {
  entry(header: TarEntryHeader): Promise<void> | void;
  data(chunk: Buffer): Promise<void> | void;
  end(): Promise<void> | void;
}

/**
 * Reads an archive from pieces of any size, holding no more than a block and a piece. Knows ustar, pax
 * (`path`, `size`) and GNU long names; hands every other type on as it is.
 *
 * @throws ArchiveError when it is no tar archive, or ends too early.
 */
export async function readTar(source: AsyncIterable<Uint8Array>, visitor: TarVisitor): Promise<void> {
  const reader = byteReader(source);
  let longName: string | undefined;
  let longSize: number | undefined;
  for (;;) {
    const block = await reader.exactly(BLOCK, true);
    if (block === undefined) break; // Some writers leave the closing zeros out.
    const header = parse(block);
    if (header === undefined) {
      await reader.drain();
      break;
    }
    if (header.type === "x" || header.type === "g" || header.type === "L") {
      const content = await extension(reader, header);
      if (header.type === "L") longName = content.replace(/\0+$/, "");
      if (header.type !== "x") continue;
      const records = parsePax(content);
      longName = records.get("path") ?? longName;
      longSize = records.has("size") ? Number(records.get("size")) : longSize;
      continue;
    }
    const size = longSize ?? header.size;
    if (!Number.isSafeInteger(size) || size < 0)
      throw new ArchiveError("The archive has an entry of no valid size.");
    await visitor.entry({ ...header, name: longName ?? header.name, size });
    await reader.pass(size, (chunk) => visitor.data(chunk));
    await visitor.end();
    await reader.pass((BLOCK - (size % BLOCK)) % BLOCK, () => undefined);
    longName = undefined;
    longSize = undefined;
  }
}

function parse(block: Buffer): TarEntryHeader | undefined {
  try {
    return decodeHeader(block);
  } catch (cause) {
    throw new ArchiveError(`This is no tar archive: ${(cause as Error).message}.`, undefined, { cause });
  }
}

async function extension(reader: ByteReader, header: TarEntryHeader): Promise<string> {
  if (header.size > MOST_EXTENSION_BYTES) {
    throw new ArchiveError(
      `The archive has a name record of ${header.size} bytes, above ${MOST_EXTENSION_BYTES}.`,
    );
  }
  const content = (await reader.exactly(header.size, false)) as Buffer;
  await reader.pass((BLOCK - (header.size % BLOCK)) % BLOCK, () => undefined);
  return content.toString("utf8");
}

function parsePax(content: string): Map<string, string> {
  const records = new Map<string, string>();
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at);
    const length = Number.parseInt(bytes.toString("latin1", at, blank), 10);
    if (blank === -1 || !(length > blank - at))
      throw new ArchiveError("The archive has a broken pax record.");
    const record = bytes.toString("utf8", blank + 1, at + length - 1);
    const equals = record.indexOf("=");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

type ByteReader = ReturnType<typeof byteReader>;

function byteReader(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done) return false;
    rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    return true;
  };
  const tooShort = () => new ArchiveError("The archive ends in the middle of an entry.");
  return {
    /** That many bytes; undefined at the very end when `mayEnd`. */
    async exactly(length: number, mayEnd: boolean): Promise<Buffer | undefined> {
      const parts: Buffer[] = [];
      let missing = length;
      while (missing > 0) {
        if (rest.length === 0 && !(await more())) {
          if (mayEnd && missing === length) return undefined;
          throw tooShort();
        }
        const part = rest.subarray(0, missing);
        parts.push(part);
        rest = rest.subarray(part.length);
        missing -= part.length;
      }
      return Buffer.concat(parts);
    },
    /** Hands that many bytes on as they come. */
    async pass(length: number, take: (chunk: Buffer) => Promise<void> | void): Promise<void> {
      for (let missing = length; missing > 0; ) {
        if (rest.length === 0 && !(await more())) throw tooShort();
        const part = rest.subarray(0, missing);
        rest = rest.subarray(part.length);
        missing -= part.length;
        if (part.length > 0) await take(part);
      }
    },
    async drain(): Promise<void> {
      while (await more()) rest = Buffer.alloc(0);
    },
  };
}
