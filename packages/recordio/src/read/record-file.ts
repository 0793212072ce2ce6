import { type FileHandle, open, stat } from "node:fs/promises";
import { CorruptRecordError, RecordIOError } from "../errors.js";
import { folderProblem, naming } from "../files/read-problem.js";
import { companionPath } from "../format/companion-path.js";
import { type IndexEntry, readIndexFile } from "../format/index-file.js";
import { decodeImagePayload, type ImageRecord } from "../format/ir-header.js";
import { type RawRecord, RecordParser } from "../format/record-parser.js";

/** Bytes read at first; most image records fit. */
const FIRST_READ_BYTES = 128 * 1024;

const NOTHING_READ = { bytesRead: 0 };

/**
 * Random access to the records of a `.rec` by id, through its `.idx`.
 *
 * @example
 * ```ts
 * const file = await RecordFile.open("train.rec");
 * const { image } = await file.get(42);
 * await file.close();
 * ```
 */
export class RecordFile {
  /** Of the `.rec`. */
  readonly path: string;
  readonly #file: FileHandle;
  readonly #size: number;
  readonly #offsets: ReadonlyMap<number, number>;

  private constructor(path: string, file: FileHandle, size: number, index: readonly IndexEntry[]) {
    this.path = path;
    this.#file = file;
    this.#size = size;
    // Where an id occurs more than once the last one counts, as in MXNet's reader.
    this.#offsets = new Map(index.map(({ id, byteOffset }) => [id, byteOffset]));
  }

  /** Opens a `.rec` with its index. Default index: the `.idx` beside it. */
  static async open(path: string, options: { readonly idxPath?: string } = {}): Promise<RecordFile> {
    const info = await naming(path, async () => await stat(path));
    if (info.isDirectory()) throw folderProblem(path);
    const index = await readIndexFile(options.idxPath ?? companionPath(path, ".idx"));
    const file = await naming(path, async () => await open(path, "r"));
    return new RecordFile(path, file, info.size, index);
  }

  /** The ids in the order of the index. */
  get ids(): number[] {
    return [...this.#offsets.keys()];
  }

  /** The record with an id. @throws RecordIOError when the index has no such id, CorruptRecordError when it is wrong */
  async get(id: number): Promise<ImageRecord> {
    const byteOffset = this.#offsets.get(id);
    if (byteOffset === undefined) {
      throw new RecordIOError(
        `${this.path} has no record with the id ${id}; its index has ${this.#offsets.size} ids.`,
      );
    }
    const record = await this.at(byteOffset);
    // Some writers leave 0 in all records, and only the index tells them apart.
    if (record.header.id !== id && record.header.id !== 0) {
      throw new CorruptRecordError(
        `The index says that id ${id} is here, but the record has id ${record.header.id}; rebuild the index`,
        byteOffset,
      );
    }
    return record;
  }

  /** The record that starts at an offset in bytes. @throws CorruptRecordError when none does */
  async at(byteOffset: number): Promise<ImageRecord> {
    const { payload } = await this.#raw(byteOffset);
    return decodeImagePayload(payload, byteOffset);
  }

  /** Closes the file. */
  async close(): Promise<void> {
    await this.#file.close();
  }

  async #raw(byteOffset: number): Promise<RawRecord> {
    if (!Number.isSafeInteger(byteOffset) || byteOffset < 0) {
      throw new RangeError(`A record's offset is a whole number of bytes from 0, not ${byteOffset}.`);
    }
    if (byteOffset >= this.#size) {
      throw new CorruptRecordError(`The index points past the file's end (${this.#size} bytes)`, byteOffset);
    }
    const parser = new RecordParser({ byteOffset });
    let at = byteOffset;
    while (true) {
      const record = parser.next();
      if (record !== undefined) return record;
      const length = Math.min(Math.max(FIRST_READ_BYTES, parser.wanted - parser.pending), this.#size - at);
      const chunk = Buffer.allocUnsafeSlow(Math.max(0, length));
      const { bytesRead } = length > 0 ? await this.#file.read(chunk, 0, length, at) : NOTHING_READ;
      if (bytesRead === 0) {
        parser.end();
        // The parser has seen nothing that could be cut off: the file has become shorter since it was opened.
        throw new CorruptRecordError("The file ends before this record", byteOffset);
      }
      parser.push(chunk.subarray(0, bytesRead));
      at += bytesRead;
    }
  }
}
