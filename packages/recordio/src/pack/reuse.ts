import type { FileHandle } from "node:fs/promises";
import { RecordIOError } from "../errors.js";
import { decodeImagePayload } from "../format/ir-header.js";
import { RecordParser } from "../format/record-parser.js";
import type { ListEntry } from "../list/image-list.js";
import { type OutputPaths, readFinal, readPartial } from "./earlier-output.js";
import { EarlierRecords } from "./earlier-records.js";
import { frameImage } from "./frame-image.js";
import { isSameFile, type KnownContents } from "./item.js";
import { type ManifestEntry, parseManifestLine } from "./manifest.js";
import type { PackOptions } from "./pack-options.js";

/** What of the options decides which earlier entries are worth something. */
type ReuseOptions = Pick<PackOptions, "onError" | "packLabels" | "writeList">;

/**
 * What earlier runs with the same recipe left, and which of it stands for entries of this run: from the start on in place,
 * behind that as copies.
 */
export class Reuse {
  /** Whether a killed run is gone on with. */
  readonly resumes: boolean;
  /** Manifest lines of what can be taken over in place: a killed run's, else the last output's. */
  readonly lines: readonly string[];
  readonly #final: readonly string[];
  readonly #records: EarlierRecords;
  readonly #options: ReuseOptions;
  #byPath: Map<string, string> | undefined;
  #byContent: Map<string, string> | undefined;
  #inPlace = 0;
  #copied = 0;

  private constructor(
    paths: OutputPaths,
    options: ReuseOptions,
    partial: readonly string[] | undefined,
    final: readonly string[] | undefined,
  ) {
    this.#options = options;
    this.#final = final ?? [];
    this.#records = new EarlierRecords(paths.rec);
    this.resumes = partial !== undefined;
    this.lines = partial ?? this.#final;
  }

  /** Looks at what is there; what is of another fingerprint is left out. */
  static async open(paths: OutputPaths, fingerprint: string, options: ReuseOptions): Promise<Reuse> {
    const partial = await readPartial(paths, fingerprint);
    const final = await readFinal(paths, fingerprint, options.writeList !== false);
    return new Reuse(paths, options, partial, final);
  }

  /** Whether there is nothing that could be taken over. */
  get isFresh(): boolean {
    return !this.resumes && this.#final.length === 0;
  }

  /** Entries at the start that are taken over in place. */
  get inPlace(): number {
    return this.#inPlace;
  }

  /** Records taken over, in place and as copies. */
  get reused(): number {
    return this.#inPlace + this.#copied;
  }

  /** Whether the last output is what this run would give: all of it is taken over in place. */
  get isCurrent(): boolean {
    return !this.resumes && this.#inPlace === this.lines.length && this.#inPlace > 0;
  }

  /**
   * What is known about an entry's file, by its path.
   *
   * @param place in the list, where all entries before it are taken over in place
   */
  known(entry: ListEntry, place: number | undefined): ManifestEntry | undefined {
    const line = place === undefined ? undefined : this.lines[place];
    const inPlace = line === undefined ? undefined : parseManifestLine(line);
    const found = inPlace?.path === entry.path ? inPlace : this.#find(entry.path);
    return found !== undefined && this.#holdsStill(found) ? found : undefined;
  }

  /** How files are known again whose paths are new, such as those of a folder with another name; undefined where none is. */
  knownContents(entries: readonly ListEntry[]): KnownContents | undefined {
    if (this.#final.length === 0 || entries.every(({ path }) => this.#find(path) !== undefined))
      return undefined;
    return { keys: new Set(this.#contents().keys()) };
  }

  /** The entry of the last output with such a content. @param key stat or hash of the file */
  withContent(key: string): ManifestEntry | undefined {
    const line = this.#contents().get(key);
    return line === undefined ? undefined : parseManifestLine(line);
  }

  /** Takes the next entry over in place, where that is what comes next. */
  takeInPlace(entry: ListEntry, known: ManifestEntry): boolean {
    const line = this.lines[this.#inPlace];
    if (line === undefined) return false;
    const next = parseManifestLine(line);
    const isNext =
      next.path === entry.path &&
      next.id === entry.id &&
      next.labels.join() === entry.labels.join() &&
      isSameFile(next, known);
    if (isNext) this.#inPlace++;
    return isNext;
  }

  /** Copies the records taken over in place to the start of a file. */
  async copyStart(length: number, target: FileHandle): Promise<void> {
    await this.#records.copyStart(length, target);
  }

  /**
   * The entry of the last output whose record stands for a file. A killed run's entries behind its kept ones are of no
   * use: their records are cut off.
   */
  takeable(known: ManifestEntry): ManifestEntry | undefined {
    if (!this.resumes) return known;
    const old = this.#find(known.path);
    return old !== undefined && isSameFile(old, known) ? old : undefined;
  }

  /** A record of the last output, for an entry; only its header is made anew when id or labels changed. */
  async copy(entry: ListEntry, known: ManifestEntry): Promise<Uint8Array> {
    const framed = await this.#records.read(known);
    this.#copied++;
    const same = known.id === entry.id && known.labels.join() === entry.labels.join();
    return same ? framed : relabel(framed, entry, this.#options.packLabels);
  }

  /** Lets go of the last output's file. */
  async close(): Promise<void> {
    await this.#records.close();
  }

  /** A lost image is worth what is done about such now; what was packed stays good. */
  #holdsStill({ lost, length }: ManifestEntry): boolean {
    if (lost === undefined) return true;
    return this.#options.onError === (length === 0 ? "skip" : "placeholder");
  }

  #find(path: string): ManifestEntry | undefined {
    this.#byPath ??= new Map(this.#final.map((line) => [parseManifestLine(line).path, line]));
    const line = this.#byPath.get(path);
    return line === undefined ? undefined : parseManifestLine(line);
  }

  #contents(): Map<string, string> {
    if (this.#byContent !== undefined) return this.#byContent;
    const found = new Map<string, string>();
    for (const line of this.#final) {
      const entry = parseManifestLine(line);
      if (!this.#holdsStill(entry) || entry.stat === "") continue;
      found.set(entry.stat, line);
      if (entry.hash !== "") found.set(entry.hash, line);
    }
    this.#byContent = found;
    return found;
  }
}

function relabel(framed: Uint8Array, entry: ListEntry, packLabels: boolean | undefined): Uint8Array {
  const parser = new RecordParser();
  parser.push(framed);
  const record = parser.next();
  if (record === undefined)
    throw new RecordIOError("The record to take over is not whole. Remove the .rec and pack again.");
  return frameImage(entry, packLabels, decodeImagePayload(record.payload).image);
}
