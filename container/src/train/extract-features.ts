import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { type ImageRecord, RecordIOError, readRecords } from "@sightline/recordio";
import type { ImageView } from "../image/image-view.js";
import type { HostPool } from "../inference/host-pool.js";
import type { HostItem, HostResult } from "../inference/host-protocol.js";
import { JobInputError, messageOf } from "../shared/errors.js";
import { augmentedViews, VIEWS } from "./augmentation.js";
import type { FeatureSet } from "./feature-set.js";
import type { Hyperparameters } from "./hyperparameters.js";

/** One channel to read. */
export interface ChannelSource {
  /** Name for messages. */
  readonly channel: string;
  /** What it holds. */
  readonly records: AsyncIterable<ImageRecord>;
  readonly signal?: AbortSignal;
  /** Whether a picture is run here; of the others only the labels are read. Default: all are. */
  readonly isMine?: (index: number) => boolean;
  /** Told how many pictures are done. */
  readonly onProgress?: (done: number) => void;
}

/** How a channel is read for classification. */
export interface ExtractOptions extends Omit<ChannelSource, "records"> {
  /** `.rec` file or FIFO. */
  readonly path: string;
  readonly numClasses: number;
  /** Each record has a 0 or 1 for every class instead of one class. */
  readonly multiLabel: boolean;
  /** Makes changed copies of every picture. */
  readonly augmentationType?: Hyperparameters["augmentationType"];
  readonly seed: number;
}

/** What records mean to a task. */
export interface RecordReader<Label> {
  /** Reads a record's labels. Throws `JobInputError`, which begins with `where`. */
  readonly labelOf: (record: ImageRecord, where: string) => Label;
  /** Changed copies to make of a picture, the same number for each. */
  readonly viewsOf: (label: Label, index: number) => readonly ImageView[];
  /** Told of every feature row, in whatever order. Throws `JobInputError` when there is no room for it. */
  readonly onRow?: (row: Float32Array) => void;
}

/** Feature rows of one channel, in the file's order. */
export interface ExtractedRows<Label> {
  /** For each picture that was run the row of the picture itself, then those of its copies. */
  readonly rows: readonly (readonly Float32Array[])[];
  readonly labels: readonly Label[];
  /** SHA-256 over all images and labels in order, in hex. */
  readonly sha256: string;
}

/** Bytes of encoded pictures that may wait for a host; bounds memory whatever the file's size. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/**
 * Reads a channel and runs every picture through the backbone, on all hosts at once, keeping the file's order.
 *
 * @throws JobInputError that names channel, record and remedy; `signal.reason` when aborted
 */
export async function extractRows<Label>(
  pool: HostPool,
  options: ChannelSource,
  reader: RecordReader<Label>,
): Promise<ExtractedRows<Label>> {
  const { channel, signal, isMine } = options;
  const rows: Float32Array[][] = [];
  const labels: Label[] = [];
  const hash = createHash("sha256");
  const stop = new AbortController();
  const linked = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  // Every picture in work listens; they are bounded below.
  setMaxListeners(0, linked);
  const inFlight = new Set<Promise<void>>();
  let waitingBytes = 0;
  let failure: { readonly error: unknown } | undefined;
  let done = 0;
  let taken = 0;

  const take = async (
    record: ImageRecord,
    index: number,
    at: number,
    items: readonly HostItem[],
  ): Promise<void> => {
    const results = await Promise.all(items.map((item) => pool.run(item, linked)));
    rows[at] = results.map((result) => valuesOf(result, placeOf(channel, record, index)));
    for (const row of rows[at]) reader.onRow?.(row);
    done += 1;
    options.onProgress?.(done);
  };

  try {
    for await (const record of options.records) {
      if (failure) break;
      const index = labels.length;
      const label = reader.labelOf(record, placeOf(channel, record, index));
      labels.push(label);
      const { image } = record;
      hash.update(image);
      if (isMine?.(index) === false) continue;
      taken += 1;
      waitingBytes += image.byteLength;
      const items = [{ image }, ...reader.viewsOf(label, index).map((view) => ({ image, view }))];
      const work = take(record, index, taken - 1, items)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          waitingBytes -= image.byteLength;
          inFlight.delete(work);
        });
      inFlight.add(work);
      while (inFlight.size >= 64 || waitingBytes > MAX_WAITING_BYTES) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  } catch (error) {
    failure ??= { error };
  }
  if (failure) {
    stop.abort(new Error("Another picture failed."));
    await Promise.all(inFlight);
    signal?.throwIfAborted();
    throw channelProblem(failure.error, channel);
  }
  if (labels.length === 0) {
    throw new JobInputError(`Channel "${channel}" holds no records. Pack at least one picture into it.`);
  }
  return { rows, labels, sha256: hash.update(JSON.stringify(labels)).digest("hex") };
}

/** The features of a channel of classification, as {@link extractRows}: values of the pictures that are run here. */
export async function extractFeatures(pool: HostPool, options: ExtractOptions): Promise<FeatureSet> {
  const { augmentationType: type, seed, numClasses, multiLabel, path, signal } = options;
  const source = { ...options, records: readRecords(path, signal ? { signal } : {}) };
  const { rows, labels, sha256 } = await extractRows(pool, source, {
    labelOf: (record, where) => (multiLabel ? classesOf : classOf)(record, where, numClasses),
    viewsOf: (_, index) => (type ? augmentedViews(type, seed, index) : []),
  });
  // A host may have no picture to run where there are fewer than hosts.
  const width = rows[0]?.[0]?.length ?? 0;
  const views = type ? VIEWS + 1 : 1;
  const values = new Float32Array(rows.length * views * width);
  for (const [i, row] of rows.flat().entries()) values.set(row, i * width);
  return { count: labels.length, width, views, values, labels, sha256 };
}

function placeOf(channel: string, { header, byteOffset }: ImageRecord, index: number): string {
  return `Channel "${channel}", record ${index} (id ${header.id}, byte ${byteOffset})`;
}

/** What reading a channel threw, as the caller is told who can mend it. */
export function channelProblem(error: unknown, channel: string): unknown {
  if (error instanceof RecordIOError) {
    return new JobInputError(`Channel "${channel}" is not a readable RecordIO file: ${error.message}.`, {
      cause: error,
    });
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "ENOENT" || code === "EACCES"
    ? new JobInputError(`Channel "${channel}" cannot be read: ${messageOf(error)}.`, { cause: error })
    : error;
}

function classOf({ labels }: ImageRecord, where: string, numClasses: number): number[] {
  if (labels.length !== 1) {
    throw new JobInputError(
      `${where} has ${labels.length} labels; each picture needs exactly one class. Pack it with one label, or set multi_label=1 where it has a 0 or 1 for each class.`,
    );
  }
  const label = labels[0]!;
  if (!Number.isInteger(label) || label < 0 || label >= numClasses) {
    throw new JobInputError(
      `${where} has the label ${label}, but labels must be whole numbers of 0 to ${numClasses - 1} (num_classes is ${numClasses}). Raise num_classes or mend the list.`,
    );
  }
  return [label];
}

/** A record's 0 or 1 for each class, as the built-in algorithm wants them with multi_label. */
function classesOf({ labels }: ImageRecord, where: string, numClasses: number): number[] {
  if (labels.length !== numClasses) {
    throw new JobInputError(
      `${where} has ${labels.length} labels; with multi_label=1 each picture needs a 0 or 1 for each of the ${numClasses} classes (num_classes). Pack it with label width ${numClasses}.`,
    );
  }
  const classes: number[] = [];
  for (const [c, label] of labels.entries()) {
    if (label !== 0 && label !== 1) {
      throw new JobInputError(
        `${where} has the label ${label} for class ${c}; with multi_label=1 it must be 0 or 1. Mend the list.`,
      );
    }
    if (label === 1) classes.push(c);
  }
  return classes;
}

function valuesOf(result: HostResult, where: string): Float32Array {
  if (result.kind === "bad-image") throw new JobInputError(`${where}: ${result.message}`);
  if (result.kind === "failed") throw new Error(`${where}: the backbone failed: ${result.message}`);
  if (!areFinite(result.values)) {
    throw new JobInputError(`${where}: the backbone's features are not finite. Check its preprocessing.`);
  }
  return result.values;
}

/** A loop of its own: `every` calls a function for each of thousands of values of each picture. */
function areFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) return false;
  return true;
}
