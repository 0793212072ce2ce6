import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { RecordIOError } from "../errors.js";
import { writeAll } from "../write/write-all.js";
import {
  COMPLETE,
  finishRenames,
  type OutputPaths,
  outputPaths,
  readFinal,
  readPartial,
} from "./earlier-output.js";
import { EarlierRecords } from "./earlier-records.js";
import { LineBuffer } from "./line-buffer.js";
import { type ManifestEntry, manifestHeader, parseManifestLine, writeManifestLine } from "./manifest.js";
import { lockOutput } from "./output-lock.js";
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

/**
 * The output of a packing run. Records go to a work folder with a journal; when all are there the files get their
 * names by rename. A killed run leaves the folder, and the next run goes on from its last whole record. A run killed
 * between two renames is finished by the next one.
 */
export class PackOutput {
  readonly paths: OutputPaths;
  /** Manifest lines of what can be taken over in place from the start: a killed run's, else the last output's. */
  readonly earlier: readonly string[];
  /** Whether `earlier` is a killed run's. */
  readonly resumes: boolean;
  readonly #fingerprint: string;
  readonly #unlock: () => Promise<void>;
  readonly #final: readonly string[];
  #byPath: Map<string, string> | undefined;
  readonly #old: EarlierRecords;
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

  private constructor(
    paths: OutputPaths,
    fingerprint: string,
    needsList: boolean,
    unlock: () => Promise<void>,
    partial: readonly string[] | undefined,
    final: readonly string[] | undefined,
  ) {
    this.paths = paths;
    this.#fingerprint = fingerprint;
    this.#needsList = needsList;
    this.#unlock = unlock;
    this.#final = final ?? [];
    this.#old = new EarlierRecords(paths.rec);
    this.resumes = partial !== undefined;
    this.earlier = partial ?? final ?? [];
  }

  /**
   * Locks an output and looks at what is there.
   *
   * @param fingerprint of everything but the files that decides the records; other fingerprints are not taken over
   * @param needsList whether the output has a `.lst`; without it, it is not complete
   * @throws OutputBusyError when another run is writing it
   */
  static async open(output: string, fingerprint: string, needsList: boolean): Promise<PackOutput> {
    const paths = outputPaths(output);
    await mkdir(dirname(paths.rec), { recursive: true });
    const unlock = await lockOutput(`${paths.work}.lock`, paths.rec);
    try {
      await finishRenames(paths);
      const partial = await readPartial(paths, fingerprint);
      const final = await readFinal(paths, fingerprint, needsList);
      return new PackOutput(paths, fingerprint, needsList, unlock, partial, final);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /** Whether there is nothing that could be taken over. */
  get isFresh(): boolean {
    return !this.resumes && this.#final.length === 0;
  }

  /** Bytes of the `.rec` so far. */
  get byteOffset(): number {
    return this.#offset;
  }

  /** What the last complete output knew about a file. */
  find(path: string): ManifestEntry | undefined {
    this.#byPath ??= new Map(this.#final.map((line) => [parseManifestLine(line).path, line]));
    const line = this.#byPath.get(path);
    return line === undefined ? undefined : parseManifestLine(line);
  }

  /** Begins to write behind the first `count` entries of `earlier`, which are kept as they are. */
  async begin(count: number): Promise<void> {
    const last = count === 0 ? undefined : parseManifestLine(this.earlier[count - 1]!);
    this.#offset = last === undefined ? 0 : last.byteOffset + last.length;
    this.#written = this.#offset;
    const kept = this.earlier.slice(0, count).map((line) => `${line}\n`);
    this.#files = await openWorkFiles(this.paths.work, {
      resumes: this.resumes,
      recBytes: this.#offset,
      copyRecords: async (rec) => await this.#old.copyStart(this.#offset, rec),
      journal: [manifestHeader(this.#fingerprint), ...kept].join(""),
      needsList: this.#needsList,
    });
    for (let at = 0; at < count; at++) {
      this.sides.add(parseManifestLine(this.earlier[at]!));
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

  /** The framed record of an entry of the last complete output. */
  async readOld(entry: ManifestEntry): Promise<Uint8Array> {
    return await this.#old.read(entry);
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
      await this.#unlock();
    }
  }

  async #closeFiles(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    await this.#old.close();
    if (files !== undefined) await closeWorkFiles(files);
  }

  #workPath(name: string): string {
    return join(this.paths.work, name);
  }
}
