import { type FileHandle, open } from "node:fs/promises";
import { RecordIOError } from "../errors.js";
import { writeAll } from "../files/write-all.js";
import type { ManifestEntry } from "./manifest.js";

/** Bytes copied at once. */
const COPY_BYTES = 4 * 1024 * 1024;

/** The records of the last complete output; the file is opened when the first is asked for. */
export class EarlierRecords {
  readonly #path: string;
  #file: FileHandle | undefined;

  /** @param path of the `.rec` */
  constructor(path: string) {
    this.#path = path;
  }

  /** The framed record of an entry. @throws RecordIOError when the file ends before it does */
  async read({ byteOffset, length }: ManifestEntry): Promise<Uint8Array> {
    this.#file ??= await open(this.#path, "r");
    const bytes = Buffer.allocUnsafeSlow(length);
    const { bytesRead } = await this.#file.read(bytes, 0, length, byteOffset);
    if (bytesRead !== length) throw this.#tooShort();
    return bytes;
  }

  /** Copies the first `length` bytes to the start of another file. @throws RecordIOError when there are fewer */
  async copyStart(length: number, target: FileHandle): Promise<void> {
    if (length === 0) return;
    this.#file ??= await open(this.#path, "r");
    const slab = Buffer.allocUnsafeSlow(COPY_BYTES);
    for (let at = 0; at < length; ) {
      const { bytesRead } = await this.#file.read(slab, 0, Math.min(slab.length, length - at), at);
      if (bytesRead === 0) throw this.#tooShort();
      await writeAll(target, [slab.subarray(0, bytesRead)], at);
      at += bytesRead;
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #tooShort(): RecordIOError {
    return new RecordIOError(`${this.#path} is shorter than its manifest says. Remove it and pack again.`);
  }
}
