import type { FileHandle } from "node:fs/promises";

/** Bytes that go to the disk in one call: many small calls cost more than the copying. */
const BATCH_BYTES = 1 << 20;

/** Writes a file in batches, the next one being filled while the last is written. */
export class SegmentWriter {
  readonly #file: FileHandle;
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  #pending: Promise<void> = Promise.resolve();
  #size = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Bytes taken so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes a piece, which must not change any more. */
  add(piece: Uint8Array): void {
    this.#batch.push(piece);
    this.#batchBytes += piece.length;
    this.#size += piece.length;
  }

  /** Begins to write when there is a batch, and waits while one is being written: called between pieces. */
  async drain(): Promise<void> {
    if (this.#batchBytes >= BATCH_BYTES) await this.#write();
  }

  /** Writes what is left and waits for it. */
  async flush(): Promise<void> {
    await this.#write();
    await this.#pending;
  }

  /** Waits for what is being written, however it ends. */
  async settle(): Promise<void> {
    await this.#pending.catch(() => undefined);
  }

  async #write(): Promise<void> {
    await this.#pending;
    const batch = this.#batch;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#pending = writeAll(this.#file, batch);
    // Awaited before the next batch; marked as handled in case the source fails first.
    this.#pending.catch(() => undefined);
  }
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  if (pieces.length === 0) return;
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  let done = (await file.writev(pieces)).bytesWritten;
  if (done === size) return;
  // The kernel may take less than it is given.
  const whole = Buffer.concat(pieces);
  while (done < size) done += (await file.write(whole, done, size - done)).bytesWritten;
}
