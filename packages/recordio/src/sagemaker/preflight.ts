import type { RecordSource } from "../read/record-source.js";
import { type ChannelLabels, checkChannel } from "./check-channel.js";
import type { PreflightOptions, PreflightProblem } from "./preflight-options.js";

/** What SageMaker's algorithm needs to know, and what is wrong. */
export interface PreflightResult {
  /** `num_classes`. */
  readonly numClasses: number;
  /** `num_training_samples`: records of the channel `train`. */
  readonly numTrainingSamples: number;
  /** `label_width` of object detection, the least that will do: numbers of the record with the most boxes. */
  readonly labelWidth?: number;
  /** Records by channel. */
  readonly records: Readonly<Record<string, number>>;
  /** Records by label and channel (of several labels or boxes: of that class, among others); past 100,000 classes only of the labels that occur. */
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
 * Checks channels before a training job of a built-in algorithm is paid for: image classification (image sides against
 * `image_shape`, labels) or object detection (header and object width, order and range of coordinates, classes); ids, batch
 * size, and that each channel is one `.rec`.
 *
 * @param channels each channel's files; exactly one is right
 * @throws RecordIOError when a file cannot be read; what is wrong inside is a problem in the result
 * @example
 * ```ts
 * const { ok, numClasses, problems } = await preflight({ train: ["out/train.rec"] }, { imageShape: [3, 224, 224] });
 * console.log(ok, numClasses, problems); // true 10 []
 *
 * const { labelWidth } = await preflight({ train: ["out/boxes.rec"] }, { task: "object-detection" });
 * console.log(labelWidth); // 32: a header of 2 and 5 boxes of 6 numbers
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
  checkObjectWidths(found, problems);
  const widths = [...found.values()].map(({ width }) => width);
  return {
    numClasses,
    numTrainingSamples: found.get("train")?.records ?? 0,
    ...(options.task === "object-detection" && { labelWidth: Math.max(...widths) }),
    records: Object.fromEntries([...found].map(([channel, { records }]) => [channel, records])),
    classMap: classMap(found, numClasses, options.classes ?? []),
    problems,
    ok: problems.every(({ severity }) => severity !== "error"),
  };
}

function classesOf(channels: Channels, { task }: PreflightOptions): number {
  let most = 0;
  for (const { byLabel, width } of channels.values()) {
    if (task === "multi-label") most = Math.max(most, width);
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
  if (options.task === "object-detection") return;
  const [, height, width] = options.imageShape;
  if (options.resize !== undefined && options.resize <= Math.max(height, width)) {
    const message = `resize ${options.resize} must be larger than both sides of image_shape (${width}x${height})`;
    problems.push({ severity: "error", channel: "train", message });
  }
}

/** One object width goes for both channels. */
function checkObjectWidths(channels: Channels, problems: PreflightProblem[]): void {
  const [first, ...others] = [...channels].filter(([, { objectWidth }]) => objectWidth !== undefined);
  for (const [channel, { objectWidth }] of others) {
    if (objectWidth === first![1].objectWidth) continue;
    const message = `objects are ${objectWidth} numbers wide, those of ${first![0]} ${first![1].objectWidth}`;
    problems.push({ severity: "error", channel, message });
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
