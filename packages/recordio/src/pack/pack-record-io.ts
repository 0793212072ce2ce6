import { availableParallelism } from "node:os";
import { ImageError, ListError, RecordIOError } from "../errors.js";
import { decodeImagePayload } from "../format/ir-header.js";
import { RecordParser } from "../format/record-parser.js";
import type { ImageRecipe } from "../image/image-recipe.js";
import type { ImageList, ListEntry } from "../list/image-list.js";
import { checkListPath } from "../list/list-file.js";
import { packFingerprint } from "./fingerprint.js";
import { type ImagePool, openImagePool } from "./image-pool.js";
import type { ItemResult, PackItem } from "./item.js";
import { type ManifestEntry, parseManifestLine } from "./manifest.js";
import { type PackEvent, type PackOptions, type PackResult, recipeOf } from "./pack-options.js";
import { PackOutput } from "./pack-output.js";
import { frameImage } from "./process-item.js";
import { PackSummary, sideLines } from "./summarize.js";

/**
 * Packs the images of a list into one `.rec` with its `.idx`, `.lst` and report, in list order.
 *
 * An output that is current is left alone (`report.unchanged`); of one that is not, the records whose images did not
 * change are taken over. A run that was killed is gone on with, and gives the same bytes.
 *
 * @throws ImageError for the first image that cannot be read, with `onError: "fail"` (default)
 * @throws ListError when the list is empty or an id occurs twice
 * @throws OutputBusyError when another process is writing the same output
 * @example
 * ```ts
 * const list = await listImages("pictures");
 * const { recPath, report } = await packRecordIO(list, {
 *   output: "out/train",
 *   resize: { kind: "short-edge", pixels: 210 },
 * });
 * console.log(recPath, report.records);
 * ```
 */
export async function packRecordIO(list: ImageList, options: PackOptions): Promise<PackResult> {
  const run = packEvents(list, options);
  while (true) {
    const step = await run.next();
    if (step.done) return step.value;
    if (step.value.kind === "progress") options.onProgress?.(step.value);
  }
}

/**
 * The same as {@link packRecordIO}, as an iteration over what happens; its return value is the result. Ending the
 * iteration early stops the run; the next one goes on from there.
 */
export async function* packEvents(
  list: ImageList,
  options: PackOptions,
): AsyncGenerator<PackEvent, PackResult, undefined> {
  const started = performance.now();
  const recipe = recipeOf(options);
  const onError = options.onError ?? "fail";
  checkList(list, options);
  options.signal?.throwIfAborted();
  const output = await PackOutput.open(
    options.output,
    packFingerprint(recipe, { onError, packLabels: options.packLabels }),
    options.writeList !== false,
  );
  let keep = true;
  try {
    const run = new PackRun(list, options, recipe, output);
    yield* run.events();
    const result = await run.finish(started);
    return result;
  } catch (error) {
    // An interrupted run can be gone on with; after an error nothing half-made may stay.
    keep = options.signal?.aborted === true;
    throw error;
  } finally {
    await output.close(keep);
  }
}

class PackRun {
  readonly #list: ImageList;
  readonly #options: PackOptions;
  readonly #recipe: ImageRecipe;
  readonly #output: PackOutput;
  /** Entries at the start that are taken over as they are; while true nothing is written. */
  #inPrefix = true;
  #prefix = 0;
  #reused = 0;
  #sinceProgress = 0;

  constructor(list: ImageList, options: PackOptions, recipe: ImageRecipe, output: PackOutput) {
    this.#list = list;
    this.#options = options;
    this.#recipe = recipe;
    this.#output = output;
  }

  async *events(): AsyncGenerator<PackEvent, void, undefined> {
    const { entries, root } = this.#list;
    const settings = {
      root,
      recipe: this.#recipe,
      placeholder: this.#options.onError === "placeholder",
      ...(this.#options.packLabels !== undefined && { packLabels: this.#options.packLabels }),
    };
    if (this.#output.resumes) yield { kind: "resumed", records: this.#output.earlier.length };
    const workers = Math.min(this.#options.workers ?? availableParallelism(), Math.ceil(entries.length / 4));
    const pool = openImagePool(workers, settings);
    try {
      let done = 0;
      for await (const { entry, known, result } of this.#results(pool)) {
        yield* this.#take(pool, entry, known, result);
        done++;
        this.#sinceProgress++;
        if (this.#sinceProgress >= 16 || done === entries.length) {
          this.#sinceProgress = 0;
          yield { kind: "progress", done, total: entries.length, bytes: this.#output.byteOffset };
        }
      }
    } finally {
      await pool.close();
    }
  }

  async finish(started: number): Promise<PackResult> {
    const { paths } = this.#output;
    const unchanged =
      this.#inPrefix &&
      !this.#output.resumes &&
      this.#prefix === this.#output.earlier.length &&
      this.#prefix > 0;
    if (!unchanged && this.#inPrefix) await this.#output.begin(this.#prefix);
    const summary = new PackSummary();
    const seconds = () => (performance.now() - started) / 1000;
    const rest = { unchanged, reused: this.#reused, classes: this.#list.classes };
    if (unchanged) {
      for await (const entry of this.#output.entries()) summary.add(entry);
    } else {
      await this.#writeSides(summary);
      const report = summary.report({ ...rest, seconds: seconds() });
      this.#checkCounts(report.listed, report.records);
      const file = await this.#output.create("report.json");
      await file.writeFile(`${JSON.stringify(report, undefined, 2)}\n`);
      await file.close();
      await this.#output.commit();
    }
    const report = summary.report({ ...rest, seconds: seconds() });
    return {
      recPath: paths.rec,
      idxPath: paths.idx,
      lstPath: paths.lst,
      reportPath: paths.report,
      report,
    };
  }

  /** Results in list order; so many batches are under way as the pool can use. */
  async *#results(
    pool: ImagePool,
  ): AsyncGenerator<
    { entry: ListEntry; known: ManifestEntry | undefined; result: ItemResult },
    void,
    undefined
  > {
    const { entries } = this.#list;
    const running: Running[] = [];
    let next = 0;
    let averageBytes = 0;
    try {
      while (next < entries.length || running.length > 0) {
        this.#options.signal?.throwIfAborted();
        while (next < entries.length && running.length < pool.width) {
          const batch = this.#batch(next, batchLength(averageBytes));
          const results = pool.run(batch.items);
          // Whoever waits for an earlier batch must not be surprised by this one.
          results.catch(() => undefined);
          running.push({ ...batch, results });
          next += batch.items.length;
        }
        const { start, known, results } = running.shift()!;
        const settled = (await results)();
        for (const [at, result] of settled.entries()) {
          if (result.kind === "record") averageBytes += (result.length - averageBytes) / 16;
          yield { entry: entries[start + at]!, known: known[at], result };
        }
      }
    } finally {
      await Promise.allSettled(running.map(({ results }) => results));
    }
  }

  #batch(start: number, length: number): Batch {
    const known: (ManifestEntry | undefined)[] = [];
    const items = this.#list.entries.slice(start, start + length).map((entry, at): PackItem => {
      const earlier = this.#earlier(start + at, entry);
      known.push(earlier);
      const { path, id, labels } = entry;
      return { path, id, labels, ...(earlier && { known: { stat: earlier.stat, hash: earlier.hash } }) };
    });
    return { start, items, known };
  }

  /** What an earlier run knew about an entry: at the same place, or, in the last output, anywhere. */
  #earlier(at: number, entry: ListEntry): ManifestEntry | undefined {
    const line = this.#inPrefix ? this.#output.earlier[at] : undefined;
    if (line !== undefined) {
      const earlier = parseManifestLine(line);
      if (earlier.path === entry.path) return earlier;
    }
    return this.#output.find(entry.path);
  }

  async *#take(
    pool: ImagePool,
    entry: ListEntry,
    known: ManifestEntry | undefined,
    result: ItemResult,
  ): AsyncGenerator<PackEvent, void, undefined> {
    if (this.#inPrefix) {
      if (result.kind === "same" && known !== undefined && this.#isNextOfPrefix(entry, known)) {
        this.#prefix++;
        this.#reused++;
        if (known.lost !== undefined) yield* this.#reportLost(entry, known.lost, known.length === 0);
        return;
      }
      this.#inPrefix = false;
      await this.#output.begin(this.#prefix);
    }
    if (result.kind === "same") {
      const old = this.#takeable(entry, known!);
      if (old !== undefined) {
        yield* this.#takeOver(entry, old, result.stat);
        return;
      }
      const { path, id, labels } = entry;
      const [again] = (await pool.run([{ path, id, labels }]))();
      if (again !== undefined && again.kind !== "same") yield* this.#add(entry, again);
      return;
    }
    yield* this.#add(entry, result);
  }

  async *#add(
    entry: ListEntry,
    result: Exclude<ItemResult, { kind: "same" }>,
  ): AsyncGenerator<PackEvent, void, undefined> {
    const { id, labels, path } = entry;
    const common = { id, labels, path, stat: result.stat, hash: result.hash };
    if (result.kind === "record") {
      await this.#output.append({ ...common, notes: result.notes }, result.framed);
      return;
    }
    if ((this.#options.onError ?? "fail") === "fail") throw imageError(entry.path, result);
    const lost = { problem: result.problem, message: result.message };
    yield* this.#reportLost(entry, lost, result.framed === undefined);
    await this.#output.append({ ...common, notes: [], lost }, result.framed);
  }

  #isNextOfPrefix(entry: ListEntry, known: ManifestEntry): boolean {
    const line = this.#output.earlier[this.#prefix];
    if (line === undefined) return false;
    const earlier = parseManifestLine(line);
    return (
      earlier.path === entry.path &&
      earlier.id === entry.id &&
      earlier.labels.join() === entry.labels.join() &&
      earlier.hash === known.hash
    );
  }

  /**
   * The entry of the last output that holds the same file. A killed run's entries behind its kept ones are of no use:
   * their records are cut off.
   */
  #takeable(entry: ListEntry, known: ManifestEntry): ManifestEntry | undefined {
    if (!this.#output.resumes) return known;
    const old = this.#output.find(entry.path);
    return old?.hash === known.hash ? old : undefined;
  }

  /** Copies a record of the last output; only its header is made anew when id or labels changed. */
  async *#takeOver(
    entry: ListEntry,
    known: ManifestEntry,
    stat: string,
  ): AsyncGenerator<PackEvent, void, undefined> {
    const { id, labels, path } = entry;
    const common = { id, labels, path, stat, hash: known.hash, notes: known.notes };
    if (known.length === 0) {
      yield* this.#reportLost(entry, known.lost!, true);
      await this.#output.append({ ...common, lost: known.lost! }, undefined);
      return;
    }
    const framed = await this.#output.readOld(known);
    const same = known.id === id && known.labels.join() === labels.join();
    this.#reused++;
    if (known.lost !== undefined) yield* this.#reportLost(entry, known.lost, false);
    await this.#output.append(
      { ...common, ...(known.lost && { lost: known.lost }) },
      same ? framed : relabel(framed, entry, this.#options.packLabels),
    );
  }

  async *#reportLost(
    entry: ListEntry,
    lost: NonNullable<ManifestEntry["lost"]>,
    skipped: boolean,
  ): AsyncGenerator<PackEvent, void, undefined> {
    const { id, path } = entry;
    const action = skipped ? "skipped" : "placeholder";
    yield { kind: "problem", note: { id, path, action, problem: lost.problem, reason: lost.message } };
  }

  async #writeSides(summary: PackSummary): Promise<void> {
    await this.#output.flush();
    const idx = await this.#output.create("data.idx");
    const lst = this.#options.writeList === false ? undefined : await this.#output.create("data.lst");
    const pending = { idx: "", lst: "" };
    const flush = async (): Promise<void> => {
      await idx.appendFile(pending.idx);
      await lst?.appendFile(pending.lst);
      pending.idx = "";
      pending.lst = "";
    };
    try {
      for await (const entry of this.#output.entries()) {
        summary.add(entry);
        const lines = sideLines(entry);
        pending.idx += lines.idx;
        pending.lst += lines.lst;
        if (pending.lst.length > 65536) await flush();
      }
      await flush();
    } finally {
      await idx.close();
      await lst?.close();
    }
  }

  #checkCounts(journaled: number, records: number): void {
    const listed = this.#list.entries.length;
    if (journaled !== listed) {
      throw new RecordIOError(`${journaled} of ${listed} images are accounted for; nothing was written.`);
    }
    if (records === 0)
      throw new RecordIOError(`None of the ${listed} images could be packed; nothing was written.`);
  }
}

interface Batch {
  readonly start: number;
  readonly items: PackItem[];
  readonly known: (ManifestEntry | undefined)[];
}

interface Running extends Batch {
  readonly results: Promise<() => readonly ItemResult[]>;
}

/** Images a batch: enough to make messages cheap, few enough that a batch of large files stays near 512 kB. */
function batchLength(averageBytes: number): number {
  if (averageBytes === 0) return 4;
  return Math.max(1, Math.min(32, Math.round((512 * 1024) / averageBytes)));
}

function relabel(framed: Uint8Array, entry: ListEntry, packLabels: boolean | undefined): Uint8Array {
  const parser = new RecordParser();
  parser.push(framed);
  const record = parser.next();
  if (record === undefined)
    throw new RecordIOError("The record to take over is not whole. Remove the .rec and pack again.");
  return frameImage(entry, packLabels, decodeImagePayload(record.payload).image);
}

function imageError(path: string, result: Extract<ItemResult, { kind: "problem" }>): ImageError {
  const message = result.message.startsWith(`${path}: `)
    ? result.message.slice(path.length + 2)
    : result.message;
  return new ImageError(path, result.problem, message);
}

function checkList(list: ImageList, options: PackOptions): void {
  if (list.entries.length === 0) throw new ListError("The list holds no image; there is nothing to pack.");
  const { workers } = options;
  if (workers !== undefined && (!Number.isInteger(workers) || workers < 0)) {
    throw new RangeError(`workers must be a whole number from 0, not ${workers}.`);
  }
  // Before the work, not after it: a .lst cannot hold every file name.
  if (options.writeList !== false) for (const entry of list.entries) checkListPath(entry.path);
  if (options.allowDuplicateIds === true) return;
  const ids = new Set<number>();
  for (const entry of list.entries) {
    if (ids.has(entry.id)) {
      throw new ListError(
        `The id ${entry.id} occurs twice (second: ${entry.path}). Give each image its own.`,
      );
    }
    ids.add(entry.id);
  }
}
