import { randomBytes } from "node:crypto";
import { call, isAlreadyExisting } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { type NetworkOptions, toVpcConfig } from "../aws/network-options.js";
import { nameWithTime } from "../checks/fingerprint.js";
import { checkInstanceType, checkResourceName } from "../checks/names.js";
import { checkEnvironment, checkInteger } from "../checks/numbers.js";
import { toTagList } from "../checks/tags.js";
import { InvalidInputError, ResourceConflictError } from "../errors.js";
import type { ContainerImage } from "../images/container-image.js";
import { parseS3Uri } from "../s3/s3-uri.js";
import type { ScriptFiles } from "../scripts/script-files.js";
import type { Session } from "../session.js";
import type { ProcessingInput, ProcessingJob, ProcessingOutput } from "./processing-job.js";
import { withScript } from "./with-script.js";

/** A processing job to start. */
export interface ProcessingJobOptions {
  /** The image whose program runs. */
  readonly image: ContainerImage;
  /** The program. Default: the image's own, or what runs `script`: `python3`, `node` or `bash`, by the end of its name. */
  readonly command?: readonly string[];
  /**
   * A script of yours that the program runs: it is uploaded to `processing/NAME/code/` in the session's bucket, becomes the
   * input `code`, and its path the program's first argument. Default: none.
   */
  readonly script?: ScriptFiles;
  /** Its arguments, up to 100 of 256 characters. */
  readonly args?: readonly string[];
  /** What it reads, by names; at most 10. Default: nothing. */
  readonly inputs?: Readonly<Record<string, ProcessingInput>>;
  /** What it writes, by names; at most 10. Default: nothing. */
  readonly outputs?: Readonly<Record<string, ProcessingOutput>>;
  /** The machines it runs on. */
  readonly instance: {
    /** For example `ml.m5.xlarge`. */
    readonly type: string;
    /** Default 1. */
    readonly count?: number;
    /** Disk in GiB. Default 30. */
    readonly volumeGb?: number;
  };
  /** Default: made of the time and chance. */
  readonly name?: string;
  /** Up to 777,600 s (9 days). Default 86,400. */
  readonly maxRuntimeSeconds?: number;
  /** Environment variables of the container: at most 100, values up to 1,024 characters. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Subnets and security groups of the containers. Default: SageMaker's own network. */
  readonly network?: NetworkOptions;
  /** ARN of the role that SageMaker assumes. Default: the session's. */
  readonly role?: string;
  /** Tags of what is made, beside the session's; at most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of CreateProcessingJob. */
  readonly aws?: RawParameters;
}

/**
 * Starts a program on many instances, each with its share of the input when that is sharded.
 *
 * @throws InvalidInputError naming the field, the rule and the remedy.
 * @example
 * ```ts
 * const job = await startProcessingJob(session, {
 *   image: containerImage("own:1"),
 *   inputs: { images: { uri: "s3://drivers/images/", distribution: "ShardedByS3Key" } },
 *   outputs: { rec: { uri: "s3://drivers/rec/" } },
 *   instance: { type: "ml.m5.xlarge", count: 2 },
 * });
 * console.log(job.outputs); // { rec: "s3://drivers/rec/" }
 * ```
 * A script of yours, in an image that has Node.js:
 * ```ts
 * await startProcessingJob(session, {
 *   image: containerImage("node:22"),
 *   script: "count.mjs",
 *   inputs: { images: { uri: "s3://drivers/images/" } },
 *   outputs: { counts: { uri: "s3://drivers/counts/" } },
 *   instance: { type: "ml.m5.large" },
 * });
 * ```
 */
export async function startProcessingJob(
  session: Session,
  options: ProcessingJobOptions,
): Promise<ProcessingJob> {
  checkProcessingJob(options);
  const { signal, outputs = {} } = options;
  const name = options.name ?? nameWithTime("processing", new Date(), randomBytes(3).toString("hex"));
  const { inputs, command } = await withScript(session, name, options);
  const request = {
    ProcessingJobName: name,
    RoleArn: options.role ?? (await session.role({ signal })),
    AppSpecification: {
      ImageUri: options.image.uri,
      ...(command === undefined ? {} : { ContainerEntrypoint: [...command] }),
      ...(options.args === undefined ? {} : { ContainerArguments: [...options.args] }),
    },
    ProcessingResources: {
      ClusterConfig: {
        InstanceType: options.instance.type as never,
        InstanceCount: options.instance.count ?? 1,
        VolumeSizeInGB: options.instance.volumeGb ?? 30,
      },
    },
    StoppingCondition: { MaxRuntimeInSeconds: options.maxRuntimeSeconds ?? 86_400 },
    ProcessingInputs: Object.entries(inputs).map(([key, input]) => toInput(key, input)),
    ...(Object.keys(outputs).length === 0
      ? {}
      : {
          ProcessingOutputConfig: {
            Outputs: Object.entries(outputs).map(([key, output]) => toOutput(key, output)),
          },
        }),
    ...(options.environment === undefined ? {} : { Environment: { ...options.environment } }),
    ...(options.network === undefined ? {} : { NetworkConfig: { VpcConfig: toVpcConfig(options.network) } }),
    Tags: toTagList(session, options.tags),
  };
  const handle = {
    kind: "processing-job",
    name,
    outputs: Object.fromEntries(Object.entries(outputs).map(([key, output]) => [key, output.uri])),
  } as const;
  try {
    const made = await call(session, "sagemaker", "CreateProcessingJob", request, {
      signal,
      raw: options.aws,
    });
    return { ...handle, arn: made.ProcessingJobArn ?? "" };
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
    if (options.name !== undefined) {
      throw new ResourceConflictError(
        name,
        `Processing job ${name} exists already. Choose another name, or leave it out.`,
        {
          cause: error,
        },
      );
    }
    // The name is new each time: this is our own request, sent again by the AWS client.
    const found = await call(
      session,
      "sagemaker",
      "DescribeProcessingJob",
      { ProcessingJobName: name },
      { signal },
    );
    return { ...handle, arn: found.ProcessingJobArn ?? "" };
  }
}

function checkProcessingJob(options: ProcessingJobOptions): void {
  options.signal?.throwIfAborted();
  if (options.name !== undefined) checkResourceName("name", options.name);
  checkInstanceType("instance.type", options.instance.type);
  checkInteger("instance.count", options.instance.count, 1, 100);
  checkInteger("instance.volumeGb", options.instance.volumeGb, 1, 16_384);
  checkInteger("maxRuntimeSeconds", options.maxRuntimeSeconds, 1, 777_600);
  checkEnvironment("environment", options.environment);
  checkInteger("number of inputs", Object.keys(options.inputs ?? {}).length, 0, 10);
  checkInteger("number of outputs", Object.keys(options.outputs ?? {}).length, 0, 10);
  for (const [key, { uri }] of Object.entries({ ...options.inputs, ...options.outputs }))
    parseS3Uri(uri, key);
  for (const arg of options.args ?? []) {
    if (arg.length > 256)
      throw new InvalidInputError("args", "at most 256 characters each", arg, "Use environment or a file.");
  }
}

function toInput(name: string, input: ProcessingInput) {
  return {
    InputName: name,
    S3Input: {
      S3Uri: input.uri,
      LocalPath: input.path ?? `/opt/ml/processing/input/${name}`,
      S3DataType: "S3Prefix" as const,
      S3InputMode: "File" as const,
      S3DataDistributionType: input.distribution ?? ("FullyReplicated" as const),
    },
  };
}

function toOutput(name: string, output: ProcessingOutput) {
  return {
    OutputName: name,
    S3Output: {
      S3Uri: output.uri,
      LocalPath: output.path ?? `/opt/ml/processing/output/${name}`,
      S3UploadMode: output.upload ?? ("EndOfJob" as const),
    },
  };
}
