import { availableParallelism } from "node:os";
import type { BoxReport } from "../boxes/box-report.js";
import type { ImageRecipe } from "../image/image-recipe.js";
import type { ImageList, ListEntry } from "../list/image-list.js";
import { packFilesAsTheyAre } from "./files-as-they-are.js";
import type { BatchAnswer, ImagePool } from "./image-pool.js";
import type { ItemResult, ItemSettings, PackItem } from "./item.js";
import { LostImages, lostEvent } from "./lost-image.js";
import type { ManifestEntry } from "./manifest.js";
import type { PackEvent, PackOptions, PackResult } from "./pack-options.js";
import type { PackOutput } from "./pack-output.js";
import type { Reuse } from "./reuse.js";
import { writeSides } from "./write-sides.js";

/** What came of an image, when it was not known. */
type NewResult = Exclude<ItemResult, { kind: "same" }>;

/** One run over a list: has the images prepared, in order, and takes over what an earlier run knows. */
export class PackRun {
  readonly #list: ImageList;
  readonly #options: PackOptions;
  readonly #recipe: ImageRecipe;
  readonly #output: PackOutput;
  readonly #reuse: Reuse;
  readonly #lost = new LostImages();
  /** While true all entries are taken over in place, and nothing is written. */
  #inPlace = true;

  constructor(list: ImageList, options: PackOptions, recipe: ImageRecipe, output: PackOutput, reuse: Reuse) {
    this.#list = list;
    this.#options = options;
    this.#recipe = recipe;
    this.#output = output;
    this.#reuse = reuse;
  }

  /** Brings all records into the output. @throws ImageError that names all lost images, with `onError: "fail"` */
  async work(tell: (event: PackEvent) => Promise<void>): Promise<void> {
    const { entries, root } = this.#list;
    const contents = this.#reuse.knownContents(entries);
    const settings: ItemSettings = {
      root,
      recipe: this.#recipe,
      placeholder: this.#options.onError === "placeholder",
      ...(this.#options.packLabels !== undefined && { packLabels: this.#options.packLabels }),
      ...(contents && { contents }),
    };
    if (this.#reuse.resumes) await tell({ kind: "resumed", records: this.#reuse.lines.length });
    if (this.#recipe.passThrough && this.#reuse.isFresh) await this.#copyFiles(settings, tell);
    else await this.#prepareAll(settings, tell);
    this.#lost.throwIfAny();
  }

  async #copyFiles(settings: ItemSettings, tell: (event: PackEvent) => Promise<void>): Promise<void> {
    let pool: ImagePool | undefined;
    await this.#begin();
    await packFilesAsTheyAre(this.#list, this.#options, this.#output, tell, async (entry) => {
      pool ??= await openPool(0, settings);
      return await this.#make(pool, entry);
    });
  }

  async #prepareAll(settings: ItemSettings, tell: (event: PackEvent) => Promise<void>): Promise<void> {
    const { entries } = this.#list;
    const workers = Math.min(this.#options.workers ?? availableParallelism(), Math.ceil(entries.length / 4));
    const pool = await openPool(workers, settings);
    try {
      let done = 0;
      for await (const batch of this.#batches(pool)) {
        for (const problem of await this.#takeBatch(pool, batch)) await tell(problem);
        batch.release();
        done += batch.results.length;
        await tell({ kind: "progress", done, total: entries.length, bytes: this.#output.byteOffset });
      }
    } finally {
      await pool.close();
    }
  }

  /** Completes the output, or leaves it alone when nothing changed. @param boxes for the report */
  async finish(started: number, boxes: BoxReport | undefined): Promise<PackResult> {
    const { paths } = this.#output;
    const unchanged = this.#inPlace && this.#reuse.isCurrent;
    if (!unchanged && this.#inPlace) await this.#begin();
    const report = await writeSides(this.#output, {
      listed: this.#list.entries.length,
      classes: this.#list.classes,
      boxes,
      current: unchanged ? this.#reuse.lines : undefined,
      reused: this.#reuse.reused,
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

  /** From here on records are written, behind those that are taken over in place. */
  async #begin(): Promise<void> {
    this.#inPlace = false;
    const { inPlace, lines, resumes } = this.#reuse;
    await this.#output.begin({
      resumes,
      lines: lines.slice(0, inPlace),
      copyRecords: async (length, rec) => await this.#reuse.copyStart(length, rec),
    });
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
      const earlier = this.#reuse.known(entry, this.#inPlace ? start + at : undefined);
      known.push(earlier);
      return {
        ...itemOf(entry),
        ...(earlier && { known: { stat: earlier.stat, hash: earlier.hash } }),
      };
    });
    return { start, items, known };
  }

  /** Puts a batch's records into the output. @returns a problem for each image that is lost */
  async #takeBatch(pool: ImagePool, { start, known, results }: DoneBatch): Promise<PackEvent[]> {
    const problems: PackEvent[] = [];
    for (let at = 0; at < results.length; at++) {
      const entry = this.#list.entries[start + at]!;
      const result = results[at]!;
      if (this.#inPlace) {
        const earlier = known[at];
        if (result.kind === "same" && earlier !== undefined && this.#reuse.takeInPlace(entry, earlier)) {
          if (earlier.lost !== undefined) problems.push(lostEvent(entry, earlier.lost, lossOf(earlier)));
          continue;
        }
        await this.#begin();
      }
      const problem =
        result.kind === "same"
          ? await this.#takeKnown(pool, entry, known[at], result)
          : this.#add(entry, result);
      if (problem !== undefined) problems.push(problem);
    }
    await this.#output.flushWhenFull();
    return problems;
  }

  #add(entry: ListEntry, result: NewResult): PackEvent | undefined {
    const { id, labels, path } = entry;
    const common = { id, labels, path, stat: result.stat, hash: result.hash };
    if (result.kind === "record") {
      this.#output.add({ ...common, notes: result.notes }, result.framed);
      return undefined;
    }
    const lost = { problem: result.problem, message: result.message };
    if ((this.#options.onError ?? "fail") === "fail") {
      this.#lost.add(path, result);
      return lostEvent(entry, lost, "failed");
    }
    this.#output.add({ ...common, notes: [], lost }, result.framed);
    return lostEvent(entry, lost, result.framed === undefined ? "skipped" : "placeholder");
  }

  /** Takes an untouched image's record from the last output, or, where that does not have it, makes it again. */
  async #takeKnown(
    pool: ImagePool,
    entry: ListEntry,
    known: ManifestEntry | undefined,
    { stat, content }: Extract<ItemResult, { kind: "same" }>,
  ): Promise<PackEvent | undefined> {
    const found = content === undefined ? known : this.#reuse.withContent(content);
    const old = found && this.#reuse.takeable(found);
    return old === undefined ? await this.#make(pool, entry) : await this.#takeOver(entry, old, stat);
  }

  /** Makes one image's record, whatever was known about it. */
  async #make(pool: ImagePool, entry: ListEntry): Promise<PackEvent | undefined> {
    const { results, release } = await pool.run([{ ...itemOf(entry), again: true }]);
    const problem = this.#add(entry, results()[0] as NewResult);
    release();
    return problem;
  }

  /** Copies a record of the last output. */
  async #takeOver(entry: ListEntry, known: ManifestEntry, stat: string): Promise<PackEvent | undefined> {
    const { id, labels, path } = entry;
    const { hash, notes, lost } = known;
    const common = { id, labels, path, stat, hash, notes, ...(lost && { lost }) };
    this.#output.add(common, known.length === 0 ? undefined : await this.#reuse.copy(entry, known));
    // Records taken over may be many and large, and each was a read that was waited for.
    await this.#output.flushWhenFull();
    return lost && lostEvent(entry, lost, lossOf(known));
  }
}

function itemOf({ path, id, labels, picture }: ListEntry): PackItem {
  return { path, id, labels, ...(picture && { orientation: picture.orientation }) };
}

function lossOf({ length }: ManifestEntry): "skipped" | "placeholder" {
  return length === 0 ? "skipped" : "placeholder";
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
