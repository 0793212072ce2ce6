import { readFile, stat } from "node:fs/promises";
import type { PreflightResult } from "@sightline/recordio";
import { CliError } from "../errors.js";

/** What `sightline pack --split` left, and what a training job has to know of it. */
export interface PackedData {
  readonly task: "image-classification" | "object-detection";
  readonly trainPath: string;
  readonly validationPath: string;
  readonly classes: readonly string[];
  readonly numClasses: number;
  readonly numTrainingSamples: number;
  /** Numbers of the record with the most boxes; undefined without boxes. */
  readonly labelWidth: number | undefined;
  /** Channels, height, width in pixels; of boxes, what the net stretches pictures to has its own option. */
  readonly imageShape: readonly [3, number, number];
}

/**
 * Reads what training needs from the packed files themselves, and checks them as the algorithm would.
 *
 * @param prefix `out/drivers` for `out/drivers_train.rec` and `out/drivers_validation.rec`
 * @param shape height and width to train on. Default: the pictures' own, where they are of one size, else the smallest square
 * @throws CliError when a part is missing, or training on it would fail
 */
export async function readPackedData(
  prefix: string,
  shape: readonly [number, number] | undefined,
  onWarning: (message: string) => void,
  signal: AbortSignal,
): Promise<PackedData> {
  const stem = prefix.replace(/(_train)?(\.rec)?$/, "");
  const [trainPath, validationPath] = [`${stem}_train.rec`, `${stem}_validation.rec`];
  for (const path of [trainPath, validationPath]) {
    await stat(path).catch((cause: Error) => {
      const remedy = `make both with "sightline pack PICTURES ${stem} --split stratified"`;
      throw new CliError(`There is no ${path}: ${remedy}.`, { cause });
    });
  }
  const { recordIOInfo, preflight } = await import("@sightline/recordio");
  const info = await recordIOInfo(trainPath, { signal });
  const classes = await classNames(`${stem}_train.report.json`);
  const imageShape = [3, ...(shape ?? commonShape(Object.keys(info.sizes)))] as const;
  const task = info.boxes === undefined ? "image-classification" : "object-detection";
  const channels = { train: [trainPath], validation: [validationPath] };
  const named = { classes, signal, ...(classes.length > 0 && { numClasses: classes.length }) };
  const found =
    task === "object-detection"
      ? await preflight(channels, { task, ...named })
      : await preflight(channels, { imageShape, ...named, miniBatchSize: 1 });
  judge(found, stem, onWarning);
  const { numClasses, numTrainingSamples, labelWidth } = found;
  return { task, trainPath, validationPath, classes, numClasses, numTrainingSamples, labelWidth, imageShape };
}

function judge({ problems, ok }: PreflightResult, stem: string, onWarning: (message: string) => void): void {
  const told = problems.map(({ channel, message }) => `${stem}_${channel}.rec: ${message}`);
  if (!ok) throw new CliError(`Training would fail:\n${told.join("\n")}`);
  for (const message of told) onWarning(message);
}

async function classNames(reportPath: string): Promise<readonly string[]> {
  const text = await readFile(reportPath, "utf8").catch(() => undefined);
  if (text === undefined) return [];
  return (JSON.parse(text) as { classes?: readonly string[] }).classes ?? [];
}

/** Height and width that every picture has at least. */
function commonShape(sizes: readonly string[]): readonly [number, number] {
  const sides = sizes.filter((size) => size !== "unknown").map((size) => size.split("x").map(Number));
  const [first] = sides;
  if (sides.length === 1 && first !== undefined) return [first[1]!, first[0]!];
  const least = Math.min(...sides.flat());
  return Number.isFinite(least) ? [least, least] : [224, 224];
}
