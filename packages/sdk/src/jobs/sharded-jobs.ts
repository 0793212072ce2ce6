import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { RawParameters } from "../aws/call.js";
import { nameWith, nameWithTime } from "../checks/fingerprint.js";
import { checkResourceName } from "../checks/names.js";
import { checkInteger } from "../checks/numbers.js";
import { InvalidInputError, SdkError } from "../errors.js";
import type { ContainerImage } from "../images/image-uri.js";
import { downloadModel } from "../models/download-model.js";
import type { ModelArtifact } from "../models/model.js";
import { deleteFiles } from "../s3/delete-files.js";
import { listFiles } from "../s3/list-files.js";
import { formatS3Uri, parseS3Uri } from "../s3/s3-uri.js";
import { uploadFiles } from "../s3/upload-files.js";
import type { Session } from "../session.js";
import type { NetworkOptions } from "../training/training-options.js";
import type { JobEvent, WaitForJobOptions } from "./job-watch.js";
import { type ProcessingInput, startProcessingJob } from "./start-processing-job.js";
import { waitForProcessingJob } from "./wait-for-processing-job.js";

/** What packing and marking up on many instances have in common. */
export interface ShardedJobOptions extends WaitForJobOptions {
  /** This project's container. */
  readonly image: ContainerImage;
  /** S3 folder of the result. */
  readonly outputUri: string;
  readonly instance: {
    readonly type: string;
    /** Instances that share the work, 2 to 100. Default 2. */
    readonly count?: number;
    /** Disk of each in GiB. Default 30. */
    readonly volumeGb?: number;
  };
  /** Beginning of the jobs' names. Default: made of the task, the time and chance. */
  readonly jobName?: string;
  /** Limit of each job, in seconds. Default 86,400. */
  readonly maxRuntimeSeconds?: number;
  readonly network?: NetworkOptions;
  readonly role?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly onEvent?: (event: JobEvent) => void;
  /** Raw parameters of both CreateProcessingJob requests. */
  readonly aws?: RawParameters;
}

export interface ShardedPackingOptions extends ShardedJobOptions {
  /** S3 folder of the pictures. */
  readonly imagesUri: string;
  /** S3 folder with one .lst. Default: none; then each class is a folder of `imagesUri`. */
  readonly listUri?: string;
  /** Name of the RecordIO file. Default `train`. */
  readonly name?: string;
  /** Shorter side in pixels. Default: as they are. */
  readonly resize?: number;
  /** JPEG quality, 1 to 100. Default 95. */
  readonly quality?: number;
  /** What becomes of a picture that cannot be read. Default `fail`. */
  readonly onError?: "fail" | "skip" | "placeholder";
}

/** What many instances have made together. */
export interface ShardedResult {
  /** S3 URIs of the files. */
  readonly files: readonly string[];
  /** The container's sentence on what it did. */
  readonly message: string;
  readonly jobNames: readonly string[];
}

/**
 * Packs pictures into one RecordIO file on many instances: one job in which each packs its share, and one that
 * joins the shares and checks the whole. The shares are deleted when that has succeeded.
 *
 * @throws ProcessingJobFailedError with the container's own words
 * @example
 * const { files } = await packOnInstances(session, {
 *   image: await accountImage(session, "sightline:1"),
 *   imagesUri: "s3://drivers/images/", outputUri: "s3://drivers/channels/train/",
 *   instance: { type: "ml.c5.4xlarge", count: 8 }, resize: 210,
 * });
 */
export async function packOnInstances(
  session: Session,
  options: ShardedPackingOptions,
): Promise<ShardedResult> {
  const { name = "train", resize, quality, onError } = options;
  if (!/^[\w.-]{1,100}$/.test(name)) {
    throw new InvalidInputError(
      "name",
      "1 to 100 letters, digits, dots, hyphens and underscores",
      name,
      "Rename it.",
    );
  }
  checkInteger("resize", resize, 1, 65_500);
  checkInteger("quality", quality, 1, 100);
  const args = ["pack", "--name", name];
  if (resize !== undefined) args.push("--resize", String(resize));
  if (quality !== undefined) args.push("--quality", String(quality));
  if (onError !== undefined) args.push("--on-error", onError);
  return runInShares(session, options, {
    task: "pack",
    share: args,
    inputs: {
      images: { uri: options.imagesUri },
      ...(options.listUri === undefined ? {} : { list: { uri: options.listUri } }),
    },
    join: ["join-records", "--name", name],
    joinInputs: {},
    isResult: (file) => file.startsWith(`${name}.`),
  });
}

export interface ShardedMarkUpOptions extends ShardedJobOptions {
  /** S3 URI of the video. */
  readonly videoUri: string;
  /** The packed model; see packModel() and uploadModel(). */
  readonly model: ModelArtifact | string;
}

/**
 * Marks up one long video on many instances: one job in which each does its share of the segments, and one that
 * joins them, with the source's sound, and checks the whole. The shares are deleted when that has succeeded.
 *
 * @throws ProcessingJobFailedError with the container's own words
 */
export async function markUpOnInstances(
  session: Session,
  options: ShardedMarkUpOptions,
): Promise<ShardedResult> {
  const { videoUri, model, signal } = options;
  const stem = basename(parseS3Uri(videoUri, "videoUri").key).replace(/\.[^.]+$/, "");
  const video = { uri: videoUri };
  return runInShares(session, options, {
    task: "mark-up",
    share: ["mark-up"],
    inputs: { video },
    prepare: async (folderUri) => ({
      model: { uri: await unpack(session, model, `${folderUri}model/`, signal) },
    }),
    join: ["join-video"],
    joinInputs: { video },
    isResult: (file) => file === `${stem}_output.mp4` || file === `${stem}_detections.jsonl`,
  });
}

/** Processing copies an archive as it is, and the container wants the model's files: they are put beside the shares. */
async function unpack(
  session: Session,
  model: ModelArtifact | string,
  folderUri: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-model-"));
  const options = signal === undefined ? {} : { signal };
  try {
    await downloadModel(session, model, join(folder, "model"), options);
    return (await uploadFiles(session, join(folder, "model"), folderUri, options)).uri;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface SharedWork {
  readonly task: string;
  readonly share: readonly string[];
  readonly inputs: Readonly<Record<string, ProcessingInput>>;
  /** Puts further inputs into a folder of the jobs' own. */
  readonly prepare?: (folderUri: string) => Promise<Readonly<Record<string, ProcessingInput>>>;
  readonly join: readonly string[];
  readonly joinInputs: Readonly<Record<string, ProcessingInput>>;
  /** Which files of the output folder the joining job has made, by their names. */
  readonly isResult: (file: string) => boolean;
}

async function runInShares(
  session: Session,
  options: ShardedJobOptions,
  work: SharedWork,
): Promise<ShardedResult> {
  const { instance, signal } = options;
  const count = instance.count ?? 2;
  checkInteger("instance.count", count, 2, 100, "One instance needs no shares: use startProcessingJob().");
  const base = options.jobName ?? nameWithTime(work.task, new Date(), randomBytes(3).toString("hex"));
  checkResourceName("jobName", base);
  const output = parseS3Uri(options.outputUri, "outputUri");
  const outputUri = formatS3Uri({ ...output, key: output.key.replace(/([^/])$/, "$1/") });
  // Not below the result: a training channel takes every file of its folder.
  const ownUri = formatS3Uri({ ...output, key: `sightline-shares/${base}/` });
  const partsUri = `${ownUri}parts/`;
  const run = async (
    name: string,
    args: readonly string[],
    inputs: Readonly<Record<string, ProcessingInput>>,
    uri: string,
    instances: number,
  ) => {
    const job = await startProcessingJob(session, {
      ...common(options),
      name,
      command: ["process"],
      args,
      inputs,
      outputs: { result: { uri, path: "/opt/ml/processing/output" } },
      instance: { ...instance, count: instances },
    });
    return waitForProcessingJob(session, job, options);
  };
  const inputs = { ...work.inputs, ...(await work.prepare?.(ownUri)) };
  const shares = await run(nameWith(base, "parts"), work.share, inputs, partsUri, count);
  const joinInputs = { ...work.joinInputs, parts: { uri: partsUri } };
  const joined = await run(nameWith(base, "join"), work.join, joinInputs, outputUri, 1);
  const files: string[] = [];
  for await (const { uri } of listFiles(session, outputUri, { signal })) {
    if (work.isResult(uri.slice(outputUri.length))) files.push(uri);
  }
  if (files.length === 0) throw new SdkError(`${joined.name} completed, but left nothing in ${outputUri}.`);
  await deleteFiles(session, ownUri, { signal });
  return { files, message: joined.exitMessage ?? "", jobNames: [shares.name, joined.name] };
}

/** What both jobs are started with. */
function common(options: ShardedJobOptions) {
  const { image, maxRuntimeSeconds, network, role, tags, signal, aws } = options;
  return {
    image,
    ...(maxRuntimeSeconds === undefined ? {} : { maxRuntimeSeconds }),
    ...(network === undefined ? {} : { network }),
    ...(role === undefined ? {} : { role }),
    ...(tags === undefined ? {} : { tags }),
    ...(signal === undefined ? {} : { signal }),
    ...(aws === undefined ? {} : { aws }),
  };
}
