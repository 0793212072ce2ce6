import { randomBytes } from "node:crypto";
import { call, isAlreadyExisting, orUndefined, type RawParameters } from "../aws/call.js";
import { fingerprint, nameWithTime } from "../checks/fingerprint.js";
import { checkInstanceType, checkResourceName } from "../checks/names.js";
import { checkEnvironment, checkInteger } from "../checks/numbers.js";
import { REQUEST_TAG, toTagList } from "../checks/tags.js";
import { InvalidInputError, ResourceConflictError } from "../errors.js";
import { formatS3Uri, locate } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import { algorithmImageUri, type TrainingAlgorithm } from "./algorithm.js";
import { type Channel, checkChannels, toInputDataConfig } from "./channels.js";
import type { TrainingJob } from "./training-job.js";

/** Subnets and security groups in which containers run. */
export interface NetworkOptions {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

export interface TrainingJobOptions {
  readonly algorithm: TrainingAlgorithm;
  /** Inputs by name, for example `train` and `validation`. */
  readonly channels: Readonly<Record<string, Channel>>;
  readonly instance: {
    /** For example `ml.p3.2xlarge`. */
    readonly type: string;
    /** Default 1. */
    readonly count?: number;
    /** Disk in GiB; must hold the channels in File mode and the model. Default 30. */
    readonly volumeGb?: number;
  };
  /**
   * Default: made of the algorithm's name, the time and chance. A name of your own makes the call
   * repeatable: the job of that name is given back when its request was the same.
   */
  readonly name?: string;
  /** S3 folder of what the job writes. Default: `training/` in the session's bucket. */
  readonly outputUri?: string;
  /** Default: the session's. */
  readonly role?: string;
  /** Limit of the training itself, in seconds, up to 28 days. Default 86,400 (one day). */
  readonly maxRuntimeSeconds?: number;
  /** Spare capacity at a lower price, which may be taken away; the job goes on from its checkpoints. */
  readonly spot?: {
    /** Limit of waiting and training together, in seconds; at least `maxRuntimeSeconds`. */
    readonly maxWaitSeconds: number;
    /** S3 folder that /opt/ml/checkpoints is kept in step with. */
    readonly checkpointUri?: string;
  };
  /** S3 folder that /opt/ml/checkpoints is kept in step with (also without spot). */
  readonly checkpointUri?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly network?: NetworkOptions;
  /** Attempts after internal server errors, from 1 to 30. Default: none. */
  readonly retries?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Raw parameters of CreateTrainingJob; they win over ours. */
  readonly aws?: RawParameters;
}

const DAY = 86_400;

/**
 * Starts a training job; see waitForTrainingJob() for what comes of it. Everything that can be checked
 * without AWS is checked first.
 *
 * @throws InvalidInputError naming the field, the rule and the remedy.
 * @throws ResourceConflictError when `name` is taken by a job with another request, or a failed one.
 * @throws RegionNotOfferedError when the built-in algorithm does not exist in the session's region.
 */
export async function startTrainingJob(session: Session, options: TrainingJobOptions): Promise<TrainingJob> {
  checkTrainingJob(options);
  const { algorithm, signal } = options;
  const image = algorithmImageUri(algorithm, session.region);
  const output = locate(session, options.outputUri ?? "training/", "outputUri");
  const outputUri = formatS3Uri({ ...output, key: output.key.replace(/\/*$/, output.key === "" ? "" : "/") });
  const random = randomBytes(3).toString("hex");
  const name = options.name ?? nameWithTime(algorithm.name, new Date(), random);
  const request = {
    TrainingJobName: name,
    AlgorithmSpecification: {
      TrainingImage: image,
      TrainingInputMode: "File" as const,
      // Built-in algorithms define their own and refuse others.
      ...(algorithm.image.kind === "built-in" || algorithm.metrics.length === 0
        ? {}
        : { MetricDefinitions: algorithm.metrics.map(({ name, regex }) => ({ Name: name, Regex: regex })) }),
    },
    HyperParameters: { ...algorithm.hyperparameters },
    InputDataConfig: Object.entries(options.channels).map(([key, channel]) =>
      toInputDataConfig(key, channel),
    ),
    OutputDataConfig: { S3OutputPath: outputUri },
    ResourceConfig: {
      InstanceType: options.instance.type as never,
      InstanceCount: options.instance.count ?? 1,
      VolumeSizeInGB: options.instance.volumeGb ?? 30,
    },
    RoleArn: options.role ?? (await session.role({ signal })),
    StoppingCondition: {
      MaxRuntimeInSeconds: options.maxRuntimeSeconds ?? DAY,
      ...(options.spot === undefined ? {} : { MaxWaitTimeInSeconds: options.spot.maxWaitSeconds }),
    },
    ...(options.spot === undefined ? {} : { EnableManagedSpotTraining: true }),
    ...checkpoints(options),
    ...(options.environment === undefined ? {} : { Environment: { ...options.environment } }),
    ...(options.network === undefined ? {} : { VpcConfig: toVpcConfig(options.network) }),
    ...(options.retries === undefined ? {} : { RetryStrategy: { MaximumRetryAttempts: options.retries } }),
  };
  const mark = fingerprint({ request, aws: options.aws });
  const job = { kind: "training-job", name, image, outputUri, metrics: algorithm.metrics } as const;
  if (options.name !== undefined) {
    const arn = await findSameJob(session, name, mark, signal);
    if (arn !== undefined) return { ...job, arn, reused: true };
  }
  const Tags = toTagList(session, options.tags, { [REQUEST_TAG]: mark });
  try {
    const made = await call(
      session,
      "sagemaker",
      "CreateTrainingJob",
      { ...request, Tags },
      { signal, raw: options.aws },
    );
    return { ...job, arn: made.TrainingJobArn ?? "", reused: false };
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
    // Our own request whose answer was lost and that the AWS client sent again, or somebody was faster.
    const arn = await findSameJob(session, name, mark, signal);
    if (arn === undefined) throw error;
    return { ...job, arn, reused: options.name !== undefined };
  }
}

function checkTrainingJob(options: TrainingJobOptions): void {
  options.signal?.throwIfAborted();
  if (options.name !== undefined) checkResourceName("name", options.name);
  checkChannels(options.channels, options.algorithm.requiredChannels);
  checkInstanceType("instance.type", options.instance.type);
  const families = options.algorithm.instanceFamilies;
  const family = options.instance.type.split(".")[1] ?? "";
  if (families.length > 0 && !families.includes(family)) {
    throw new InvalidInputError(
      "instance.type",
      `of a family that ${options.algorithm.name} trains on (${families.join(", ")})`,
      options.instance.type,
      "For example ml.p3.2xlarge; other types need an image of your own, see containerImage().",
    );
  }
  checkInteger("instance.count", options.instance.count, 1, 1000);
  checkInteger("instance.volumeGb", options.instance.volumeGb, 1, 16_384);
  checkInteger(
    "maxRuntimeSeconds",
    options.maxRuntimeSeconds,
    1,
    28 * DAY,
    "SageMaker trains up to 28 days.",
  );
  checkInteger(
    "spot.maxWaitSeconds",
    options.spot?.maxWaitSeconds,
    options.maxRuntimeSeconds ?? DAY,
    28 * DAY,
    "It includes the training, so it is at least maxRuntimeSeconds.",
  );
  checkInteger("retries", options.retries, 1, 30);
  checkEnvironment("environment", options.environment);
}

function checkpoints(options: TrainingJobOptions) {
  const S3Uri = options.spot?.checkpointUri ?? options.checkpointUri;
  return S3Uri === undefined ? {} : { CheckpointConfig: { S3Uri } };
}

/** Network options as the API takes them. */
export function toVpcConfig(network: NetworkOptions): { Subnets: string[]; SecurityGroupIds: string[] } {
  return { Subnets: [...network.subnetIds], SecurityGroupIds: [...network.securityGroupIds] };
}

async function findSameJob(
  session: Session,
  name: string,
  mark: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const found = await orUndefined(
    call(session, "sagemaker", "DescribeTrainingJob", { TrainingJobName: name }, { signal }),
  );
  if (found === undefined) return undefined;
  const arn = found.TrainingJobArn ?? "";
  const status = found.TrainingJobStatus ?? "";
  const { Tags = [] } = await call(session, "sagemaker", "ListTags", { ResourceArn: arn }, { signal });
  const same = Tags.some((tag) => tag.Key === REQUEST_TAG && tag.Value === mark);
  if (!same) {
    throw new ResourceConflictError(
      name,
      `Training job ${name} exists already with other settings (${status}). Choose another name, or leave it out.`,
    );
  }
  if (status === "Failed" || status === "Stopped") {
    throw new ResourceConflictError(
      name,
      `Training job ${name} exists already and ended ${status}: ${found.FailureReason ?? "no reason given"}. ` +
        `Choose another name, or remove it with deleteTrainingJob().`,
    );
  }
  return arn;
}
