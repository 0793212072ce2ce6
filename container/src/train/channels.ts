import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type ChannelTable, unknownChannel } from "@sightline/contract/channels";
import { type Cluster, clusterOf } from "../shared/cluster.js";
import { JobInputError } from "../shared/errors.js";
import type { MlPaths } from "../shared/ml-root.js";
import { isRecord, readJsonFile } from "../shared/read-json.js";

/** Where each channel's data lies. */
export interface TrainingChannels {
  /** Path of the one `.rec` file, or of the FIFO in Pipe mode. */
  readonly train: string;
  readonly validation: string;
  /** Path of the backbone's `.onnx` file. */
  readonly backbone?: string;
  /** Path of the backbone's `.preprocess.json`, where there is one. */
  readonly preprocess?: string;
  /** Path of `labels.json`. */
  readonly labels?: string;
  /** The instances of the job; this one alone, "algo-1", where nothing says it. */
  readonly cluster: Cluster;
}

const RECORDIO = "application/x-recordio";

/**
 * Finds the files of an algorithm's channels and checks what `inputdataconfig.json` and `resourceconfig.json` say.
 *
 * @throws JobInputError that names the channel, what is wrong with it and what it must hold
 */
export async function findChannels(
  paths: MlPaths,
  table: ChannelTable,
  signal: AbortSignal,
): Promise<TrainingChannels> {
  const config = await readConfig(paths.inputDataConfig, "inputdataconfig.json");
  const resources = await readConfig(paths.resourceConfig, "resourceconfig.json");
  const cluster = resources ? clusterOf(resources) : { index: 0, count: 1, hosts: ["algo-1"] };
  checkNames(table, Object.keys(config ?? {}));
  const channel = (name: string): Record<string, unknown> => {
    const value = config?.[name];
    const found = isRecord(value) ? value : {};
    if (cluster.count > 1 && found.S3DistributionType === "ShardedByS3Key") {
      throw new JobInputError(
        `Channel "${name}" is ShardedByS3Key, but each of the ${cluster.count} instances reads all of it and takes its share. Set S3DataDistributionType to FullyReplicated.`,
      );
    }
    return found;
  };
  const backbone = await findBackbone(paths);
  const labels = await findLabels(paths);
  return {
    train: await findRecords(paths, "train", channel("train"), signal),
    validation: await findRecords(paths, "validation", channel("validation"), signal),
    ...backbone,
    ...(labels === undefined ? {} : { labels }),
    cluster,
  };
}

/** A channel that nothing reads would be left out in silence, and the job would succeed without it. */
function checkNames(table: ChannelTable, names: readonly string[]): void {
  const problem = unknownChannel(table, names);
  if (problem) throw new JobInputError(problem.message);
  const foreign = names.find((name) => table[name]?.readBy === "built-in");
  if (foreign === undefined) return;
  throw new JobInputError(
    `Channel "${foreign}" (${table[foreign]!.meaning}) is read by SageMaker's built-in image only. Leave it out: this image would train without it.`,
  );
}

/** Both files are there on SageMaker; by hand they may be left out. */
async function readConfig(path: string, what: string): Promise<Record<string, unknown> | undefined> {
  if (!(await exists(path))) return undefined;
  const value = await readJsonFile(path, what);
  if (!isRecord(value)) throw new JobInputError(`${what} must hold an object.`);
  return value;
}

async function findRecords(
  paths: MlPaths,
  name: string,
  config: Record<string, unknown>,
  signal: AbortSignal,
): Promise<string> {
  const type = config.ContentType;
  if (typeof type === "string" && type !== "" && type !== RECORDIO) {
    throw new JobInputError(
      `Channel "${name}" has the content type ${type}; this image trains on ${RECORDIO}. Pack the pictures as RecordIO.`,
    );
  }
  // Pipe mode: a FIFO for each epoch. Features are kept, so the first epoch's is the only one that is read.
  if (config.TrainingInputMode === "Pipe")
    return await waitForPipe(join(paths.channels, `${name}_0`), name, signal);
  const folder = join(paths.channels, name);
  const files = await listFiles(folder);
  if (!files)
    throw new JobInputError(
      `Channel "${name}" is missing. Give the job a channel "${name}" with one .rec file.`,
    );
  const records = files.filter((file) => file.endsWith(".rec"));
  if (records.length !== 1) {
    const seen =
      files.length === 0
        ? "no file at all"
        : records.length === 0
          ? `none: ${sample(files)}`
          : `${records.length}: ${sample(records)}`;
    throw new JobInputError(
      `Channel "${name}" must hold exactly one .rec file; it holds ${seen}. Point the channel's S3 prefix at the one file.`,
    );
  }
  const path = join(folder, records[0]!);
  if ((await stat(path)).size === 0)
    throw new JobInputError(`Channel "${name}": ${records[0]} is empty (0 bytes).`);
  return path;
}

/** SageMaker makes the FIFO when it is ready to write, which may be after the program has started. */
const PIPE_WAIT_MS = 120_000;

async function waitForPipe(path: string, name: string, signal: AbortSignal): Promise<string> {
  const deadline = Date.now() + PIPE_WAIT_MS;
  while (!(await exists(path))) {
    if (Date.now() > deadline) {
      throw new JobInputError(
        `Channel "${name}" is in Pipe mode, but ${path} did not appear within ${PIPE_WAIT_MS / 1000} s.`,
      );
    }
    await setTimeout(100, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  return path;
}

async function findBackbone(paths: MlPaths): Promise<{ backbone?: string; preprocess?: string }> {
  const folder = join(paths.channels, "backbone");
  const files = await listFiles(folder);
  if (!files) return {};
  const models = files.filter((file) => file.endsWith(".onnx"));
  if (models.length !== 1) {
    throw new JobInputError(
      `Channel "backbone" must hold exactly one .onnx file; it holds ${sample(files) || "no file at all"}.`,
    );
  }
  const backbone = join(folder, models[0]!);
  const preprocess = backbone.replace(/\.onnx$/, ".preprocess.json");
  return (await exists(preprocess)) ? { backbone, preprocess } : { backbone };
}

async function findLabels(paths: MlPaths): Promise<string | undefined> {
  const folder = join(paths.channels, "labels");
  const files = await listFiles(folder);
  if (!files) return undefined;
  const found = files.filter((file) => file.endsWith(".json"));
  if (found.length !== 1) {
    throw new JobInputError(
      `Channel "labels" must hold exactly one .json file (labels.json); it holds ${sample(files) || "no file at all"}.`,
    );
  }
  return join(folder, found[0]!);
}

/** Class names in class-id order; "0", "1" ... without a file. */
export async function readLabels(path: string | undefined, numClasses: number): Promise<string[]> {
  if (path === undefined) return Array.from({ length: numClasses }, (_, i) => String(i));
  const value = await readJsonFile(path, `Channel "labels"`);
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string" && item !== "")) {
    throw new JobInputError(
      `Channel "labels" must hold a JSON array of class names in class-id order, such as ["cat","dog"].`,
    );
  }
  if (value.length !== numClasses) {
    throw new JobInputError(
      `Channel "labels" names ${value.length} classes, but num_classes is ${numClasses}. Make them equal.`,
    );
  }
  return value as string[];
}

/** Files below a folder, or undefined when there is no folder. Hidden files are SageMaker's own. */
async function listFiles(folder: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

function sample(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(", ")} and ${names.length - 4} more` : names.join(", ");
}
