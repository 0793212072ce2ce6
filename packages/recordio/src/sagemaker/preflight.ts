import type { RecordSource } from "../read/record-source.js";
import { type ChannelLabels, checkChannel } from "./check-channel.js";
import type { PreflightOptions, PreflightProblem } from "./preflight-options.js";

/** What SageMaker's image classification needs to know, and what is wrong. */
export interface PreflightResult {
  /** `num_classes`. */
  readonly numClasses: number;
  /** `num_training_samples`: records of the channel `train`. */
  readonly numTrainingSamples: number;
  /** Records by channel. */
  readonly records: Readonly<Record<string, number>>;
  /** Records by label and channel (with `multiLabel`: of that class, among others); past 100,000 classes only of the labels that occur. */
  readonly classMap: Readonly<
    Record<number, { readonly name: string; readonly records: Readonly<Record<string, number>> }>
  >;
  /** Everything that is wrong; empty where nothing is. */
  readonly problems: readonly PreflightProblem[];
  /** No problem is an error. */
  readonly ok: boolean;
}

/** Channels by name, with what their records are labelled with. */
type Channels = ReadonlyMap<string, ChannelLabels>;

/**
 * Checks channels before a training job of the built-in image classification is paid for: image sides against
 * `image_shape`, labels, ids, batch size, and that each channel is one `.rec`.
 *
 * @param channels each channel's files; exactly one is right
 * @throws RecordIOError when a file cannot be read; what is wrong inside is a problem in the result
 * @example
 * ```ts
 * const { ok, numClasses, problems } = await preflight({ train: ["out/train.rec"] }, { imageShape: [3, 224, 224] });
 * console.log(ok, numClasses, problems); // true 10 []
 * ```
 */
export async function preflight(
  channels: { readonly train: readonly RecordSource[]; readonly validation?: readonly RecordSource[] },
  options: PreflightOptions,
): Promise<PreflightResult> {
  const problems: PreflightProblem[] = [];
  const found = new Map<string, ChannelLabels>();
  for (const [channel, sources] of Object.entries(channels)) {
    if (sources === undefined) continue;
    const add = (severity: PreflightProblem["severity"], message: string) =>
      problems.push({ severity, channel, message });
    if (sources.length !== 1)
      add("error", `the channel has ${sources.length} .rec files; the algorithm reads exactly one`);
    found.set(channel, await checkChannel(sources, options, add));
  }
  const numClasses = options.numClasses ?? classesOf(found, options);
  checkLabels(found, numClasses, problems);
  checkSizes(found, options, problems);
  return {
    numClasses,
    numTrainingSamples: found.get("train")?.records ?? 0,
    records: Object.fromEntries([...found].map(([channel, { records }]) => [channel, records])),
    classMap: classMap(found, numClasses, options.classes ?? []),
    problems,
    ok: problems.every(({ severity }) => severity !== "error"),
  };
}

function classesOf(channels: Channels, { multiLabel }: PreflightOptions): number {
  let most = 0;
  for (const { byLabel, width } of channels.values()) {
    if (multiLabel === true) most = Math.max(most, width);
    else for (const label of byLabel.keys()) if (Number.isInteger(label)) most = Math.max(most, label + 1);
  }
  return most;
}

/** Labels without a record that are named. */
const GAPS_NAMED = 10;

/** Up to so many classes the class map has those without a record too; one wrong label must not fill the memory. */
const MAX_CLASSES_MAPPED = 100_000;

function checkLabels(channels: Channels, numClasses: number, problems: PreflightProblem[]): void {
  for (const [channel, { byLabel }] of channels) {
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

function checkSizes(channels: Channels, options: PreflightOptions, problems: PreflightProblem[]): void {
  const batch = options.miniBatchSize ?? 32;
  for (const [channel, { records }] of channels) {
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
  channels: Channels,
  numClasses: number,
  names: readonly string[],
): PreflightResult["classMap"] {
  const labels =
    numClasses <= MAX_CLASSES_MAPPED
      ? Array.from({ length: numClasses }, (_, label) => label)
      : [...new Set([...channels.values()].flatMap(({ byLabel }) => [...byLabel.keys()]))].filter(
          (label) => Number.isInteger(label) && label >= 0 && label < numClasses,
        );
  return Object.fromEntries(
    labels.map((label) => [
      label,
      {
        name: names[label] ?? String(label),
        records: Object.fromEntries(
          [...channels].map(([channel, { byLabel }]) => [channel, byLabel.get(label) ?? 0]),
        ),
      },
    ]),
  );
}
