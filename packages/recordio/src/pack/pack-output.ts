import { type FileHandle, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type Lock, LockHeldError, takeLock } from "@sightline/foundation/lock";
import { OutputBusyError, RecordIOError } from "../errors.js";
import { writeAll } from "../files/write-all.js";
import { COMPLETE, finishRenames, type OutputPaths, outputPaths } from "./earlier-output.js";
import { LineBuffer } from "./line-buffer.js";
import { type ManifestEntry, manifestHeader, parseManifestLine, writeManifestLine } from "./manifest.js";
import { OutputSides } from "./output-sides.js";
import { RecordSlabs, type RecordSpace } from "./record-slabs.js";
import { closeWorkFiles, openWorkFiles, syncWorkFiles, type WorkFiles } from "./work-files.js";

/** Journal lines that are always enough for a write. */
const MANY_LINES = 256;

/** Fewer lines wait this long for others, in milliseconds: so much work at the most is done again after a kill. */
const LINES_EVERY_MS = 50;

/** Full slabs that may wait for the write under way. */
const SLABS_AHEAD = 2;

/** An entry whose place in the `.rec` is not known yet. */
type NewEntry = Omit<ManifestEntry, "byteOffset" | "length">;

/** How an output begins. */
export interface OutputStart {
  /** What a killed run left is gone on with. */
  readonly resumes: boolean;
  /** Manifest lines of the entries that are kept as they are. */
  readonly lines: readonly string[];
  /** Brings their records, so many bytes, into a new file. */
  readonly copyRecords: (length: number, rec: FileHandle) => Promise<void>;
}

/**
 * The output of a packing run. Records go to a work folder with a journal; when all are there the files get their
 * names by rename. A killed run leaves the folder, and the next run goes on from its last whole record. A run killed
 * between two renames is finished by the next one.
 */
export class PackOutput {
  readonly paths: OutputPaths;
  readonly #fingerprint: string;
  readonly #lock: Lock;
  /** There from {@link begin} on. */
  #files: WorkFiles | undefined;
  readonly #needsList: boolean;
  /** What becomes of the entries beside the records. */
  readonly sides = new OutputSides();
  readonly #slabs = new RecordSlabs();
  readonly #lines = new LineBuffer();
  #lineCount = 0;
  /** When lines were last written, by `performance.now`. */
  #linesWritten = 0;
  /** The write under way. */
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  /** Where it ends, in bytes of the `.rec`; `#offset` is where everything added ends. */
  #written = 0;
  #offset = 0;

  private constructor(paths: OutputPaths, fingerprint: string, needsList: boolean, lock: Lock) {
    this.paths = paths;
    this.#fingerprint = fingerprint;
    this.#needsList = needsList;
    this.#lock = lock;
  }

  /**
   * Locks an output, and completes what a run left that was killed between two renames.
   *
   * @param fingerprint of everything but the files that decides the records
   * @param needsList whether the output has a `.lst`
   * @throws OutputBusyError when another run is writing it
   */
  static async open(output: string, fingerprint: string, needsList: boolean): Promise<PackOutput> {
    const paths = outputPaths(output);
    await mkdir(dirname(paths.rec), { recursive: true });
    const lock = await lockOutput(paths);
    try {
      await finishRenames(paths);
      return new PackOutput(paths, fingerprint, needsList, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Bytes of the `.rec` so far. */
  get byteOffset(): number {
    return this.#offset;
  }

  /** Begins to write, behind what is kept. */
  async begin({ resumes, lines, copyRecords }: OutputStart): Promise<void> {
    const last = lines.length === 0 ? undefined : parseManifestLine(lines.at(-1)!);
    this.#offset = last === undefined ? 0 : last.byteOffset + last.length;
    this.#written = this.#offset;
    this.#files = await openWorkFiles(this.paths.work, {
      resumes,
      recBytes: this.#offset,
      copyRecords: async (rec) => await copyRecords(this.#offset, rec),
      journal: [manifestHeader(this.#fingerprint), ...lines.map((line) => `${line}\n`)].join(""),
      needsList: this.#needsList,
    });
    for (const line of lines) {
      this.sides.add(parseManifestLine(line));
      if (this.sides.isFull) await this.#writeSides();
    }
  }

  /** Adds an entry with a copy of its record; none for a skipped one. To be followed by {@link flushWhenFull}. */
  add(entry: NewEntry, framed: Uint8Array | undefined): void {
    if (framed !== undefined) this.#slabs.add(framed);
    this.#addLine(entry, framed?.length ?? 0);
  }

  /** Memory for a record of up to `length` bytes, to be made in place; {@link addReserved} adds it. */
  reserve(length: number): RecordSpace {
    return this.#slabs.reserve(length);
  }

  /** Adds an entry with the record of `length` bytes that was made in reserved memory. */
  addReserved(entry: NewEntry, length: number): void {
    this.#slabs.commit(length);
    this.#addLine(entry, length);
  }

  #addLine({ id, labels, path, stat, hash, notes, lost }: NewEntry, length: number): void {
    const line = { id, labels, path, stat, hash, byteOffset: this.#offset, length, notes, lost };
    writeManifestLine(this.#lines, line);
    this.#lineCount++;
    this.sides.add(line);
    this.#offset += length;
  }

  /** Whether what was added is enough for a write. */
  get isFull(): boolean {
    return this.#slabs.isFull || this.#lineCount >= MANY_LINES;
  }

  /** Begins to write what was added, when it is enough; waits for the write before only when much is piled up. */
  async flushWhenFull(): Promise<void> {
    if (!this.isFull) return;
    // The write may have ended while this thread was busy: it is seen now, and what is piled up goes in the next one.
    if (this.#isWriting) await setImmediate();
    if (this.#isWriting && this.#slabs.full < SLABS_AHEAD) return;
    await this.#writing;
    this.#isWriting = true;
    this.#writing = this.#write(
      this.#lineCount >= MANY_LINES || performance.now() - this.#linesWritten > LINES_EVERY_MS,
    );
    const end = (): void => {
      this.#isWriting = false;
    };
    // Its failure is met by whoever writes next.
    this.#writing.then(end, end);
  }

  /** Hands everything to the system: what is flushed survives the death of this process. */
  async flush(): Promise<void> {
    await this.#writing;
    await this.#write(true);
  }

  /** Records before their journal lines: a line counts only when its record is there. */
  async #write(withLines: boolean): Promise<void> {
    const records = this.#slabs.take();
    const lines = withLines ? this.#lines.take() : undefined;
    if (withLines) this.#lineCount = 0;
    if (records.length > 0) {
      await writeAll(this.#files!.rec, records, this.#written);
      this.#written += records.reduce((sum, record) => sum + record.length, 0);
      this.#slabs.release();
    }
    if (lines !== undefined && lines.length > 0) {
      await this.#files!.journal.appendFile(lines);
      this.#linesWritten = performance.now();
    }
    if (this.sides.isFull) await this.#writeSides();
  }

  async #writeSides(): Promise<void> {
    const { idx, lst } = this.sides.take();
    await this.#files!.idx.appendFile(idx);
    await this.#files!.lst?.appendFile(lst);
  }

  /**
   * Makes the run the output: from here on a killed process is finished by the next run.
   *
   * @param syncs whether all is brought to the disk first, so that a loss of power does not take it
   */
  async commit(report: string, syncs: boolean): Promise<void> {
    await this.flush();
    await this.#writeSides();
    await writeFile(this.#workPath("report.json"), report);
    const { size } = await this.#files!.rec.stat();
    if (size !== this.#offset) {
      throw new RecordIOError(
        `${this.#workPath("data.rec")} has ${size} bytes, not the ${this.#offset} written.`,
      );
    }
    if (syncs) await syncWorkFiles(this.#files!);
    await this.#closeFiles();
    await writeFile(this.#workPath(COMPLETE), "");
    await finishRenames(this.paths);
  }

  /** Releases everything. `keep` leaves the work folder for the next run to go on from. */
  async close(keep: boolean): Promise<void> {
    try {
      if (keep && this.#files !== undefined) await this.flush();
      else await this.#writing.catch(() => undefined);
    } finally {
      await this.#closeFiles();
      if (!keep) await rm(this.paths.work, { recursive: true, force: true });
      await this.#lock.release();
    }
  }

  async #closeFiles(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    if (files !== undefined) await closeWorkFiles(files);
  }

  #workPath(name: string): string {
    return join(this.paths.work, name);
  }
}

async function lockOutput(paths: OutputPaths): Promise<Lock> {
  const path = `${paths.work}.lock`;
  try {
    return await takeLock(path);
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    const { pid, host } = error.holder;
    throw new OutputBusyError(
      `${paths.rec} is being written by process ${pid} on ${host}. Wait for it, or write elsewhere. ` +
        `If no such process runs, remove ${path}.`,
      { cause: error },
    );
  }
}
