import { imageSize } from "../image/image-size.js";
import { readJpegHeader } from "../image/jpeg-header.js";
import { readRecords } from "../read/read-records.js";
import type { RecordSource } from "../read/record-source.js";

/** What the training job will be started with. */
export interface PreflightOptions {
  /** `image_shape`: channels, height, width in pixels. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  /** `num_classes`. Default: the largest label plus one. */
  readonly numClasses?: number;
  /** `mini_batch_size`. Default 32, the algorithm's. */
  readonly miniBatchSize?: number;
  /** `resize`, the shorter side before cropping, when it is set. */
  readonly resize?: number;
  /** Class names by label, for the class map. */
  readonly classes?: readonly string[];
  readonly signal?: AbortSignal;
}

/** One thing that would make the job fail (`error`) or learn badly (`warning`). */
export interface PreflightProblem {
  readonly severity: "error" | "warning";
  readonly channel: string;
  readonly message: string;
}

/** What SageMaker's image classification needs to know, and what is wrong. */
export interface PreflightResult {
  /** `num_classes`. */
  readonly numClasses: number;
  /** `num_training_samples`: records of the channel `train`. */
  readonly numTrainingSamples: number;
  readonly records: Readonly<Record<string, number>>;
  /** Records by label and channel; past 100,000 classes only of the labels that occur. */
  readonly classMap: Readonly<
    Record<number, { readonly name: string; readonly records: Readonly<Record<string, number>> }>
  >;
  readonly problems: readonly PreflightProblem[];
  /** No problem is an error. */
  readonly ok: boolean;
}

/**
 * Checks channels before a training job of the built-in image classification is paid for: image sides against
 * `image_shape`, labels, ids, batch size, and that each channel is one `.rec`.
 *
 * @param channels each channel's files; exactly one is right
 */
export async function preflight(
  channels: { readonly train: readonly RecordSource[]; readonly validation?: readonly RecordSource[] },
  options: PreflightOptions,
): Promise<PreflightResult> {
  const problems: PreflightProblem[] = [];
  const counts = new Map<string, Map<number, number>>();
  for (const [channel, sources] of Object.entries(channels)) {
    if (sources === undefined) continue;
    const add = (severity: PreflightProblem["severity"], message: string) =>
      problems.push({ severity, channel, message });
    if (sources.length !== 1)
      add("error", `the channel has ${sources.length} .rec files; the algorithm reads exactly one`);
    counts.set(channel, await checkChannel(sources, options, add));
  }
  const numClasses = options.numClasses ?? largestLabel(counts) + 1;
  checkLabels(counts, numClasses, problems);
  checkSizes(counts, options, problems);
  const sum = (byLabel: ReadonlyMap<number, number>) =>
    [...byLabel.values()].reduce((total, count) => total + count, 0);
  return {
    numClasses,
    numTrainingSamples: sum(counts.get("train") ?? new Map()),
    records: Object.fromEntries([...counts].map(([channel, byLabel]) => [channel, sum(byLabel)])),
    classMap: classMap(counts, numClasses, options.classes ?? []),
    problems,
    ok: problems.every(({ severity }) => severity !== "error"),
  };
}

function largestLabel(counts: ReadonlyMap<string, ReadonlyMap<number, number>>): number {
  let largest = -1;
  for (const byLabel of counts.values()) {
    for (const label of byLabel.keys()) if (Number.isInteger(label) && label > largest) largest = label;
  }
  return largest;
}

type Add = (severity: PreflightProblem["severity"], message: string) => void;

/** Messages of one kind name the first few records and count the rest. */
const NAMED = 3;

/** Labels without a record that are named. */
const GAPS_NAMED = 10;

/** Up to so many classes the class map has those without a record too; one wrong label must not fill the memory. */
const MAX_CLASSES_MAPPED = 100_000;

async function checkChannel(sources: readonly RecordSource[], options: PreflightOptions, add: Add) {
  const byLabel = new Map<number, number>();
  const ids = new Set<number>();
  const small: string[] = [];
  const unknown: string[] = [];
  const colors: string[] = [];
  const multiple: string[] = [];
  const corrupt: string[] = [];
  let duplicates = 0;
  let records = 0;
  const [channels, height, width] = options.imageShape;
  for (const source of sources) {
    const reading = readRecords(source, {
      reuseMemory: true,
      onCorruptRecord: "resync",
      onCorrupt: (error) => corrupt.push(error.message),
      ...(options.signal && { signal: options.signal }),
    });
    for await (const { header, labels, image } of reading) {
      records++;
      if (ids.has(header.id)) duplicates++;
      ids.add(header.id);
      if (labels.length !== 1) multiple.push(`id ${header.id}`);
      const label = labels[0] ?? Number.NaN;
      byLabel.set(label, (byLabel.get(label) ?? 0) + 1);
      const size = imageSize(image);
      if (size === undefined || size.width === 0 || !TRAINABLE.has(size.format))
        unknown.push(`id ${header.id}`);
      else if (isTooSmall(size, options)) small.push(`id ${header.id} (${size.width}x${size.height})`);
      const components = size?.format === "jpeg" ? readJpegHeader(image)?.components : undefined;
      if (components !== undefined && components !== channels)
        colors.push(`id ${header.id} (${components} channels)`);
    }
  }
  const name = (list: readonly string[]): string =>
    `${list.slice(0, NAMED).join(", ")}${list.length > NAMED ? ` and ${list.length - NAMED} more` : ""}`;
  if (records === 0) add("error", "the channel has no records");
  if (corrupt.length > 0) add("error", `${corrupt.length} places are corrupt: ${name(corrupt)}`);
  if (small.length > 0) {
    const shape = `${width}x${height}`;
    add(
      "error",
      `${small.length} images are smaller than image_shape ${shape}, and resize does not help: ${name(small)}`,
    );
  }
  if (unknown.length > 0) add("error", `${unknown.length} records hold no JPEG or PNG: ${name(unknown)}`);
  if (colors.length > 0) {
    add(
      "warning",
      `${colors.length} images do not have the ${channels} channels of image_shape: ${name(colors)}`,
    );
  }
  if (multiple.length > 0)
    add("warning", `${multiple.length} records have not exactly one label: ${name(multiple)}`);
  if (duplicates > 0) add("warning", `${duplicates} records share an id with another`);
  return byLabel;
}

/** Content types that the algorithm takes. */
const TRAINABLE: ReadonlySet<string> = new Set(["jpeg", "png"]);

/** Whether a crop of image_shape cannot be cut out, after the job's own resize where it has one. */
function isTooSmall(
  size: { readonly width: number; readonly height: number },
  options: PreflightOptions,
): boolean {
  const [, height, width] = options.imageShape;
  const scale = options.resize === undefined ? 1 : options.resize / Math.min(size.width, size.height);
  return Math.floor(size.width * scale) < width || Math.floor(size.height * scale) < height;
}

function checkLabels(
  counts: ReadonlyMap<string, ReadonlyMap<number, number>>,
  numClasses: number,
  problems: PreflightProblem[],
): void {
  for (const [channel, byLabel] of counts) {
    const wrong = [...byLabel.keys()].filter(
      (label) => !Number.isInteger(label) || label < 0 || label >= numClasses,
    );
    if (wrong.length > 0) {
      const message = `labels must be whole numbers from 0 to ${numClasses - 1}; found ${wrong.slice(0, 5).join(", ")}`;
      problems.push({ severity: "error", channel, message });
    }
    const gaps: number[] = [];
    for (let label = 0; label < numClasses && gaps.length <= GAPS_NAMED; label++) {
      if (!byLabel.has(label)) gaps.push(label);
    }
    if (gaps.length > 0) {
      const message = `no record has the label ${gaps.slice(0, GAPS_NAMED).join(", ")}${gaps.length > GAPS_NAMED ? " ..." : ""}`;
      problems.push({ severity: "warning", channel, message });
    }
  }
}

function checkSizes(
  counts: ReadonlyMap<string, ReadonlyMap<number, number>>,
  options: PreflightOptions,
  problems: PreflightProblem[],
): void {
  const batch = options.miniBatchSize ?? 32;
  for (const [channel, byLabel] of counts) {
    const records = [...byLabel.values()].reduce((total, count) => total + count, 0);
    if (records > 0 && records < batch) {
      const message = `${records} records are fewer than one mini batch of ${batch}; lower mini_batch_size`;
      problems.push({ severity: "error", channel, message });
    }
  }
  const [, height, width] = options.imageShape;
  if (options.resize !== undefined && options.resize <= Math.max(height, width)) {
    const message = `resize ${options.resize} must be larger than both sides of image_shape (${width}x${height})`;
    problems.push({ severity: "error", channel: "train", message });
  }
}

function classMap(
  counts: ReadonlyMap<string, ReadonlyMap<number, number>>,
  numClasses: number,
  names: readonly string[],
): PreflightResult["classMap"] {
  const labels =
    numClasses <= MAX_CLASSES_MAPPED
      ? Array.from({ length: numClasses }, (_, label) => label)
      : [...new Set([...counts.values()].flatMap((byLabel) => [...byLabel.keys()]))].filter(
          (label) => Number.isInteger(label) && label >= 0 && label < numClasses,
        );
  return Object.fromEntries(
    labels.map((label) => [
      label,
      {
        name: names[label] ?? String(label),
        records: Object.fromEntries(
          [...counts].map(([channel, byLabel]) => [channel, byLabel.get(label) ?? 0]),
        ),
      },
    ]),
  );
}
