import { availableParallelism } from "node:os";
import { RecordIOError } from "../errors.js";
import { decodeImagePayload } from "../format/ir-header.js";
import { RecordParser } from "../format/record-parser.js";
import type { ImageRecipe } from "../image/image-recipe.js";
import type { ImageList, ListEntry } from "../list/image-list.js";
import { packFilesAsTheyAre } from "./files-as-they-are.js";
import { frameImage } from "./frame-image.js";
import type { BatchAnswer, ImagePool } from "./image-pool.js";
import { type ItemResult, type ItemSettings, isSameFile, type PackItem } from "./item.js";
import { imageError, lostEvent } from "./lost-image.js";
import { type ManifestEntry, parseManifestLine } from "./manifest.js";
import type { PackEvent, PackOptions, PackResult } from "./pack-options.js";
import type { PackOutput } from "./pack-output.js";
import { writeSides } from "./write-sides.js";

/** One run over a list: has the images prepared, in order, and takes over what an earlier run knows. */
export class PackRun {
  readonly #list: ImageList;
  readonly #options: PackOptions;
  readonly #recipe: ImageRecipe;
  readonly #output: PackOutput;
  /** Entries at the start that are taken over as they are; while true nothing is written. */
  #inPrefix = true;
  #prefix = 0;
  #reused = 0;

  constructor(list: ImageList, options: PackOptions, recipe: ImageRecipe, output: PackOutput) {
    this.#list = list;
    this.#options = options;
    this.#recipe = recipe;
    this.#output = output;
  }

  /** Brings all records into the output. @throws ImageError for a lost image, with `onError: "fail"` */
  async *events(): AsyncGenerator<PackEvent, void, undefined> {
    const { entries, root } = this.#list;
    const settings: ItemSettings = {
      root,
      recipe: this.#recipe,
      placeholder: this.#options.onError === "placeholder",
      ...(this.#options.packLabels !== undefined && { packLabels: this.#options.packLabels }),
    };
    if (this.#output.resumes) yield { kind: "resumed", records: this.#output.earlier.length };
    if (this.#recipe.passThrough && this.#output.isFresh) {
      let pool: ImagePool | undefined;
      await this.#output.begin(0);
      this.#inPrefix = false;
      yield* packFilesAsTheyAre(this.#list, this.#options, this.#output, async (entry) => {
        pool ??= await openPool(0, settings);
        return await this.#make(pool, entry);
      });
      return;
    }
    const workers = Math.min(this.#options.workers ?? availableParallelism(), Math.ceil(entries.length / 4));
    const pool = await openPool(workers, settings);
    try {
      let done = 0;
      for await (const batch of this.#batches(pool)) {
        yield* await this.#takeBatch(pool, batch);
        batch.release();
        done += batch.results.length;
        yield { kind: "progress", done, total: entries.length, bytes: this.#output.byteOffset };
      }
    } finally {
      await pool.close();
    }
  }

  /** Completes the output, or leaves it alone when nothing changed. */
  async finish(started: number): Promise<PackResult> {
    const { paths, resumes, earlier } = this.#output;
    const unchanged = this.#inPrefix && !resumes && this.#prefix === earlier.length && this.#prefix > 0;
    if (!unchanged && this.#inPrefix) await this.#output.begin(this.#prefix);
    const report = await writeSides(this.#output, {
      listed: this.#list.entries.length,
      classes: this.#list.classes,
      unchanged,
      reused: this.#reused,
      // Files as they are can be copied again, in less time than a sync takes; the size of the .rec tells when to.
      syncs: !this.#recipe.passThrough,
      started,
    });
    return {
      recPath: paths.rec,
      idxPath: paths.idx,
      lstPath: paths.lst,
      reportPath: paths.report,
      report,
    };
  }

  /** Batches with their results, in list order; so many are under way as the pool can use. */
  async *#batches(pool: ImagePool): AsyncGenerator<DoneBatch, void, undefined> {
    const { entries } = this.#list;
    const running: RunningBatch[] = [];
    let next = 0;
    let averageBytes = 0;
    try {
      while (next < entries.length || running.length > 0) {
        this.#options.signal?.throwIfAborted();
        while (next < entries.length && running.length < pool.width) {
          const batch = this.#batch(next, batchLength(averageBytes));
          const answer = pool.run(batch.items);
          // Whoever waits for an earlier batch must not be surprised by this one.
          answer.catch(() => undefined);
          running.push({ ...batch, answer });
          next += batch.items.length;
        }
        const { answer, ...batch } = running.shift()!;
        const { results: open, release } = await answer;
        const results = open();
        const lengths = results.map((result) => (result.kind === "record" ? result.length : 0));
        averageBytes = lengths.reduce((average, length) => average + (length - average) / 16, averageBytes);
        yield { ...batch, results, release };
      }
    } finally {
      await Promise.allSettled(running.map(({ answer }) => answer));
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

  /** Puts a batch's records into the output. @returns a problem for each image that is lost */
  async #takeBatch(pool: ImagePool, { start, known, results }: DoneBatch): Promise<PackEvent[]> {
    const problems: PackEvent[] = [];
    for (let at = 0; at < results.length; at++) {
      const entry = this.#list.entries[start + at]!;
      const result = results[at]!;
      if (this.#inPrefix) {
        const earlier = known[at];
        if (result.kind === "same" && earlier !== undefined && this.#isNextOfPrefix(entry, earlier)) {
          this.#prefix++;
          this.#reused++;
          if (earlier.lost !== undefined) problems.push(lostEvent(entry, earlier.lost, earlier.length === 0));
          continue;
        }
        this.#inPrefix = false;
        await this.#output.begin(this.#prefix);
      }
      const problem =
        result.kind === "same"
          ? await this.#takeKnown(pool, entry, known[at]!, result.stat)
          : this.#add(entry, result);
      if (problem !== undefined) problems.push(problem);
    }
    await this.#output.flushWhenFull();
    return problems;
  }

  #isNextOfPrefix(entry: ListEntry, known: ManifestEntry): boolean {
    const line = this.#output.earlier[this.#prefix];
    if (line === undefined) return false;
    const earlier = parseManifestLine(line);
    return (
      earlier.path === entry.path &&
      earlier.id === entry.id &&
      earlier.labels.join() === entry.labels.join() &&
      isSameFile(earlier, known)
    );
  }

  #add(entry: ListEntry, result: Exclude<ItemResult, { kind: "same" }>): PackEvent | undefined {
    const { id, labels, path } = entry;
    const common = { id, labels, path, stat: result.stat, hash: result.hash };
    if (result.kind === "record") {
      this.#output.add({ ...common, notes: result.notes }, result.framed);
      return undefined;
    }
    if ((this.#options.onError ?? "fail") === "fail") throw imageError(path, result);
    const lost = { problem: result.problem, message: result.message };
    this.#output.add({ ...common, notes: [], lost }, result.framed);
    return lostEvent(entry, lost, result.framed === undefined);
  }

  /** Takes an untouched image's record from the last output, or, where that does not have it, makes it again. */
  async #takeKnown(
    pool: ImagePool,
    entry: ListEntry,
    known: ManifestEntry,
    stat: string,
  ): Promise<PackEvent | undefined> {
    const old = this.#takeable(entry, known);
    if (old !== undefined) return await this.#takeOver(entry, old, stat);
    return await this.#make(pool, entry);
  }

  /** Makes one image's record, whatever was known about it. */
  async #make(pool: ImagePool, entry: ListEntry): Promise<PackEvent | undefined> {
    const { path, id, labels } = entry;
    const { results, release } = await pool.run([{ path, id, labels }]);
    const problem = this.#add(entry, results()[0] as Exclude<ItemResult, { kind: "same" }>);
    release();
    return problem;
  }

  /**
   * The entry of the last output that holds the same file. A killed run's entries behind its kept ones are of no use:
   * their records are cut off.
   */
  #takeable(entry: ListEntry, known: ManifestEntry): ManifestEntry | undefined {
    if (!this.#output.resumes) return known;
    const old = this.#output.find(entry.path);
    return old !== undefined && isSameFile(old, known) ? old : undefined;
  }

  /** Copies a record of the last output; only its header is made anew when id or labels changed. */
  async #takeOver(entry: ListEntry, known: ManifestEntry, stat: string): Promise<PackEvent | undefined> {
    const { id, labels, path } = entry;
    const { hash, notes, lost } = known;
    const common = { id, labels, path, stat, hash, notes, ...(lost && { lost }) };
    if (known.length === 0) {
      this.#output.add(common, undefined);
      return lostEvent(entry, lost!, true);
    }
    const framed = await this.#output.readOld(known);
    const same = known.id === id && known.labels.join() === labels.join();
    this.#reused++;
    this.#output.add(common, same ? framed : relabel(framed, entry, this.#options.packLabels));
    // Records taken over may be many and large, and each was a read that was waited for.
    await this.#output.flushWhenFull();
    return lost && lostEvent(entry, lost, false);
  }
}

/** Ordinary pass-through does without a pool, and does not wait for the code of one. */
async function openPool(workers: number, settings: ItemSettings): Promise<ImagePool> {
  const { openImagePool } = await import("./image-pool.js");
  return openImagePool(workers, settings);
}

interface Batch {
  /** Where it starts in the list. */
  readonly start: number;
  readonly items: PackItem[];
  readonly known: (ManifestEntry | undefined)[];
}

interface RunningBatch extends Batch {
  readonly answer: Promise<BatchAnswer>;
}

interface DoneBatch extends Batch {
  readonly results: readonly ItemResult[];
  readonly release: () => void;
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
