import { randomUUID } from "node:crypto";
import { createReadStream, mkdirSync, readdirSync, rmSync } from "node:fs";
import { constants, copyFile, open, rm } from "node:fs/promises";
import path from "node:path";
import type { Segment } from "./object.js";
import { SegmentWriter } from "./segment-writer.js";

/** Bytes read at once when an object is sent. */
const READ_BYTES = 1 << 18;

/**
 * The files that hold objects' bytes. A file is written once under a fresh name and becomes part
 * of an object when the bucket's journal names it, so a half-written one is never seen. A file
 * that is being read is removed when its last reader is done.
 */
export class SegmentStore {
  readonly #folder: string;
  readonly #readers = new Map<string, number>();
  readonly #condemned = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Path of a segment's file. */
  pathOf(id: string): string {
    return path.join(this.#folder, id);
  }

  /** Writes a fresh segment with what `fill` adds; nothing stays when that fails. */
  async write(fill: (writer: SegmentWriter) => Promise<void>): Promise<Segment> {
    const id = randomUUID();
    const file = await open(this.pathOf(id), "wx");
    const writer = new SegmentWriter(file);
    try {
      await fill(writer);
      await writer.flush();
      await file.close();
      return { id, size: writer.size };
    } catch (error) {
      // A batch that is still being written is waited for: its file must not be closed under it.
      await writer.settle();
      await file.close();
      this.#unlink(id);
      throw error;
    }
  }

  /** Copies segments, sharing blocks where the file system can. */
  async copy(segments: readonly Segment[]): Promise<Segment[]> {
    const release = this.retain(segments);
    const copies: Segment[] = [];
    try {
      for (const { id, size } of segments) {
        const copy = { id: randomUUID(), size };
        await copyFile(this.pathOf(id), this.pathOf(copy.id), constants.COPYFILE_FICLONE);
        copies.push(copy);
      }
      return copies;
    } catch (error) {
      this.remove(copies);
      throw error;
    } finally {
      release();
    }
  }

  /** Keeps segments from being removed until the returned function is called (once). */
  retain(segments: readonly Segment[]): () => void {
    for (const { id } of segments) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const { id } of segments) {
        const left = this.#readers.get(id)! - 1;
        if (left > 0) this.#readers.set(id, left);
        else {
          this.#readers.delete(id);
          if (this.#condemned.delete(id)) this.#unlink(id);
        }
      }
    };
  }

  /** Removes segments, each when its last reader is done. */
  remove(segments: readonly Segment[]): void {
    for (const { id } of segments) {
      if (this.#readers.has(id)) this.#condemned.add(id);
      else this.#unlink(id);
    }
  }

  /** Reads bytes `start` up to but not including `end` of the joined segments. */
  async *read(segments: readonly Segment[], start: number, end: number): AsyncGenerator<Buffer, void> {
    const release = this.retain(segments);
    try {
      let offset = 0;
      for (const { id, size } of segments) {
        const from = Math.max(start - offset, 0);
        const to = Math.min(end - offset, size);
        offset += size;
        if (from >= to) continue;
        yield* createReadStream(this.pathOf(id), { start: from, end: to - 1, highWaterMark: READ_BYTES });
      }
    } finally {
      release();
    }
  }

  /** Removes every file that no object names: what a killed server left half-written. */
  sweep(live: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#folder)) {
      if (!live.has(name)) rmSync(this.pathOf(name), { force: true });
    }
  }

  #unlink(id: string): void {
    // A file that stays behind is harmless: the next start sweeps it.
    rm(this.pathOf(id), { force: true }).catch(() => undefined);
  }
}
