import { createHash } from "node:crypto";
import { setMaxListeners } from "node:events";
import { type ImageRecord, RecordIOError, readRecords } from "@sightline/recordio";
import type { HostPool } from "../inference/host-pool.js";
import type { HostItem, HostResult } from "../inference/host-protocol.js";
import { JobInputError, messageOf } from "../shared/errors.js";
import { augmentedViews, VIEWS } from "./augmentation.js";
import type { FeatureSet } from "./feature-set.js";
import type { Hyperparameters } from "./hyperparameters.js";

/** One channel to read. */
export interface ExtractOptions {
  /** Name for messages. */
  readonly channel: string;
  /** `.rec` file or FIFO. */
  readonly path: string;
  readonly numClasses: number;
  /** Makes changed copies of every picture. */
  readonly augmentationType?: Hyperparameters["augmentationType"];
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Told how many pictures are done. */
  readonly onProgress?: (done: number) => void;
}

/** Bytes of encoded pictures that may wait for a host; bounds memory whatever the file's size. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/**
 * Reads a channel and runs every picture through the backbone, on all hosts at once, keeping the file's order.
 *
 * @throws JobInputError that names channel, record and remedy; `signal.reason` when aborted
 */
export async function extractFeatures(pool: HostPool, options: ExtractOptions): Promise<FeatureSet> {
  const { channel, signal } = options;
  const views = options.augmentationType ? VIEWS + 1 : 1;
  const rows: Float32Array[] = [];
  const labels: number[] = [];
  const hash = createHash("sha256");
  const stop = new AbortController();
  const linked = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  // Every picture in work listens; they are bounded below.
  setMaxListeners(0, linked);
  const inFlight = new Set<Promise<void>>();
  let waitingBytes = 0;
  let failure: { readonly error: unknown } | undefined;
  let done = 0;

  const take = async (record: ImageRecord, index: number): Promise<void> => {
    const items = itemsOf(record.image, index, options);
    const results = await Promise.all(items.map((item) => pool.run(item, linked)));
    results.forEach((result, view) => {
      rows[index * views + view] = valuesOf(result, channel, record, index);
    });
    done += 1;
    options.onProgress?.(done);
  };

  try {
    for await (const record of readRecords(options.path, { signal: linked })) {
      if (failure) break;
      const index = labels.length;
      labels.push(labelOf(record, index, options));
      hash.update(record.image);
      waitingBytes += record.image.byteLength;
      const work = take(record, index)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          waitingBytes -= record.image.byteLength;
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
    throw failure.error instanceof RecordIOError
      ? new JobInputError(`Channel "${channel}" is not a readable RecordIO file: ${failure.error.message}.`, {
          cause: failure.error,
        })
      : readError(failure.error, options);
  }
  return collect(rows, labels, views, hash.update(Uint32Array.from(labels)).digest("hex"), options);
}

function collect(
  rows: readonly Float32Array[],
  labels: readonly number[],
  views: number,
  sha256: string,
  options: ExtractOptions,
): FeatureSet {
  const first = rows[0];
  if (!first)
    throw new JobInputError(
      `Channel "${options.channel}" holds no records. Pack at least one picture into it.`,
    );
  const values = new Float32Array(rows.length * first.length);
  rows.forEach((row, i) => {
    values.set(row, i * first.length);
  });
  return {
    count: labels.length,
    width: first.length,
    views,
    values,
    labels: Uint32Array.from(labels),
    sha256,
  };
}

function readError(error: unknown, { channel }: ExtractOptions): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === "ENOENT" || code === "EACCES"
    ? new JobInputError(`Channel "${channel}" cannot be read: ${messageOf(error)}.`, { cause: error })
    : error;
}

function itemsOf(image: Uint8Array, index: number, options: ExtractOptions): HostItem[] {
  const type = options.augmentationType;
  return [
    { image },
    ...(type ? augmentedViews(type, options.seed, index).map((view) => ({ image, view })) : []),
  ];
}

function labelOf(
  { labels, header, byteOffset }: ImageRecord,
  index: number,
  options: ExtractOptions,
): number {
  const where = `Channel "${options.channel}", record ${index} (id ${header.id}, byte ${byteOffset})`;
  if (labels.length !== 1) {
    throw new JobInputError(
      `${where} has ${labels.length} labels; each picture needs exactly one class. Pack it with one label.`,
    );
  }
  const label = labels[0]!;
  if (!Number.isInteger(label) || label < 0 || label >= options.numClasses) {
    throw new JobInputError(
      `${where} has the label ${label}, but labels must be whole numbers of 0 to ${options.numClasses - 1} (num_classes is ${options.numClasses}). Raise num_classes or mend the list.`,
    );
  }
  return label;
}

function valuesOf(
  result: HostResult,
  channel: string,
  { header, byteOffset }: ImageRecord,
  index: number,
): Float32Array {
  const where = `Channel "${channel}", record ${index} (id ${header.id}, byte ${byteOffset})`;
  if (result.kind === "bad-image") throw new JobInputError(`${where}: ${result.message}`);
  if (result.kind === "failed") throw new Error(`${where}: the backbone failed: ${result.message}`);
  if (!result.values.every(Number.isFinite)) {
    throw new JobInputError(`${where}: the backbone's features are not finite. Check its preprocessing.`);
  }
  return result.values;
}
