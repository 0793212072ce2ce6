import { randomBytes } from "node:crypto";
import type { Tell } from "@sightline/foundation/long-work";
import type { RawParameters } from "../aws/merge-raw.js";
import type { NetworkOptions } from "../aws/network-options.js";
import { nameWith, nameWithTime } from "../checks/fingerprint.js";
import { checkResourceName } from "../checks/names.js";
import { checkInteger } from "../checks/numbers.js";
import { SdkError } from "../errors.js";
import type { ContainerImage } from "../images/container-image.js";
import type { JobEvent } from "../jobs/wait-for-job.js";
import type { WaitForJobOptions } from "../jobs/watch-job.js";
import { deleteFiles } from "../s3/delete-files.js";
import { listFiles } from "../s3/list-files.js";
import { formatS3Uri, parseS3Uri } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import { passOn } from "../wait/pass-on.js";
import type { ProcessingInput } from "./processing-job.js";
import { startProcessingJob } from "./start-processing-job.js";
import { waitForProcessingJob } from "./wait-for-processing-job.js";

/** What packing and marking up on many instances have in common. */
export interface ShardedJobOptions extends WaitForJobOptions {
  /** This project's container. */
  readonly image: ContainerImage;
  /** S3 folder of the result. */
  readonly outputUri: string;
  /** The machines that share the work. */
  readonly instance: {
    /** For example `ml.c5.4xlarge`. */
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
  /** Subnets and security groups of the containers. Default: SageMaker's own network. */
  readonly network?: NetworkOptions;
  /** ARN of the role that SageMaker assumes. Default: the session's. */
  readonly role?: string;
  /** Tags of what is made, beside the session's; at most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Raw parameters of both CreateProcessingJob requests. */
  readonly aws?: RawParameters;
}

/** What many instances have made together. */
export interface ShardedResult {
  /** S3 URIs of the files. */
  readonly files: readonly string[];
  /** The container's sentence on what it did. */
  readonly message: string;
  /** Names of the two processing jobs. */
  readonly jobNames: readonly string[];
}

/** What the two jobs do. */
export interface SharedWork {
  readonly task: string;
  readonly share: readonly string[];
  readonly inputs: Readonly<Record<string, ProcessingInput>>;
  /** Puts further inputs into a folder of the jobs' own. */
  readonly prepare?: (
    folderUri: string,
    signal: AbortSignal,
  ) => Promise<Readonly<Record<string, ProcessingInput>>>;
  readonly join: readonly string[];
  readonly joinInputs: Readonly<Record<string, ProcessingInput>>;
  /** Which files of the output folder the joining job has made, by their names. */
  readonly isResult: (file: string) => boolean;
}

/** Runs the two jobs, one after the other, and tells what happens in both. */
export async function runInShares(
  session: Session,
  options: ShardedJobOptions,
  work: SharedWork,
  signal: AbortSignal,
  tell: Tell<JobEvent>,
): Promise<ShardedResult> {
  const { instance } = options;
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
      signal,
      name,
      command: ["process"],
      args,
      inputs,
      outputs: { result: { uri, path: "/opt/ml/processing/output" } },
      instance: { ...instance, count: instances },
    });
    return await passOn(waitForProcessingJob(session, job, { ...options, signal }), tell);
  };
  const inputs = { ...work.inputs, ...(await work.prepare?.(ownUri, signal)) };
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
  const { image, maxRuntimeSeconds, network, role, tags, aws } = options;
  return {
    image,
    ...(maxRuntimeSeconds === undefined ? {} : { maxRuntimeSeconds }),
    ...(network === undefined ? {} : { network }),
    ...(role === undefined ? {} : { role }),
    ...(tags === undefined ? {} : { tags }),
    ...(aws === undefined ? {} : { aws }),
  };
}
