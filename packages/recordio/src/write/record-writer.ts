import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { removeTemporary, temporaryName } from "@sightline/foundation/temporary-name";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { RecordIOError } from "../errors.js";
import { writeAll } from "../files/write-all.js";
import { writeProblem } from "../files/write-problem.js";
import { companionPath } from "../format/companion-path.js";
import { frameRecord } from "../format/framing.js";
import { indexLine } from "../format/index-file.js";
import { encodeImagePayload, type RecordLabels } from "../format/ir-header.js";

/** Bytes gathered before a write. */
const SLAB_BYTES = 1024 * 1024;

/**
 * Writes a `.rec` and its `.idx`. Both appear, under their names, only when `close` has succeeded.
 *
 * @example
 * ```ts
 * const writer = await RecordWriter.create("train.rec");
 * await writer.writeImage({ id: 0, labels: [3] }, jpeg);
 * await writer.close();
 * ```
 */
export class RecordWriter {
  /** Where the records go, by rename, when the writer is closed. */
  readonly recPath: string;
  /** Where their index goes. */
  readonly idxPath: string;
  readonly #file: FileHandle;
  readonly #partial: string;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  /** Bytes that lie in the file. */
  #written = 0;
  #offset = 0;
  #index: string[] = [];
  #closed = false;

  private constructor(recPath: string, partial: string, file: FileHandle) {
    this.recPath = recPath;
    this.idxPath = companionPath(recPath, ".idx");
    this.#partial = partial;
    this.#file = file;
  }

  /** Opens a writer; `path` ends in `.rec` (added when it does not). Folders are made. */
  static async create(path: string): Promise<RecordWriter> {
    const recPath = path.endsWith(".rec") ? path : `${path}.rec`;
    await mkdir(dirname(recPath), { recursive: true });
    await removeTemporary(recPath);
    const partial = temporaryName(recPath);
    return new RecordWriter(recPath, partial, await open(partial, "wx"));
  }

  /** Bytes written so far; where the next record starts. */
  get byteOffset(): number {
    return this.#offset;
  }

  /** Adds one image with its labels. */
  async writeImage(record: RecordLabels, image: Uint8Array): Promise<void> {
    await this.writePayload(encodeImagePayload(record, image), record.id);
  }

  /** Adds any payload; with an id it also gets a line in the index. */
  async writePayload(payload: Uint8Array, id?: number): Promise<void> {
    if (this.#closed) throw new RecordIOError(`${this.recPath}: the writer is closed; nothing can be added.`);
    const framed = frameRecord(payload);
    if (id !== undefined) this.#index.push(indexLine({ id, byteOffset: this.#offset }));
    this.#offset += framed.length;
    this.#pending.push(framed);
    this.#pendingBytes += framed.length;
    if (this.#pendingBytes >= SLAB_BYTES) await this.#flush();
  }

  /** Writes what is left and gives both files their names. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#flush();
      await this.#file.sync();
      await this.#file.close();
      await writeWholeFile(this.idxPath, this.#index.join(""));
      // Packing would take the records of before for those that it finds here.
      await rm(companionPath(this.recPath, ".pack.jsonl"), { force: true });
      await rename(this.#partial, this.recPath);
    } catch (error) {
      await this.#remove();
      throw writeProblem(error, this.recPath);
    }
  }

  /** Gives up: nothing is left behind, and files from before stay as they were. */
  async abort(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#remove();
  }

  async #flush(): Promise<void> {
    const pieces = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    try {
      await writeAll(this.#file, pieces, this.#written);
    } catch (error) {
      throw writeProblem(error, this.recPath);
    }
    this.#written = this.#offset;
  }

  async #remove(): Promise<void> {
    // The handle may be closed already; the file must go in any case.
    await this.#file.close().catch(() => undefined);
    await rm(this.#partial, { force: true });
  }
}
