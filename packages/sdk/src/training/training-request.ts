import { toVpcConfig } from "../aws/network-options.js";
import { checkInstanceType, checkResourceName } from "../checks/names.js";
import { checkEnvironment, checkInteger } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import { formatS3Uri, locate } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import { algorithmImageUri } from "./algorithm.js";
import { checkChannels, toInputDataConfig } from "./channels.js";
import type { TrainingJobOptions } from "./training-options.js";

const DAY = 86_400;

/** What CreateTrainingJob and a tuning job's definition have in common. */
export async function toTrainingDefinition(session: Session, options: TrainingJobOptions) {
  const { algorithm, signal } = options;
  const image = algorithmImageUri(algorithm, session.region);
  const output = locate(session, options.outputUri ?? "training/", "outputUri");
  const outputUri = formatS3Uri({ ...output, key: output.key.replace(/\/*$/, output.key === "" ? "" : "/") });
  const channels = Object.entries(options.channels).map(([key, channel]) => toInputDataConfig(key, channel));
  const definition = {
    AlgorithmSpecification: {
      TrainingImage: image,
      TrainingInputMode: "File" as const,
      // Built-in algorithms define their own and refuse others.
      ...(algorithm.image.kind === "built-in" || algorithm.metrics.length === 0
        ? {}
        : { MetricDefinitions: algorithm.metrics.map(({ name, regex }) => ({ Name: name, Regex: regex })) }),
    },
    // AWS refuses an empty list.
    ...(channels.length > 0 && { InputDataConfig: channels }),
    OutputDataConfig: { S3OutputPath: outputUri },
    ResourceConfig: {
      InstanceType: options.instance.type as never,
      InstanceCount: options.instance.count ?? 1,
      VolumeSizeInGB: options.instance.volumeGb ?? 30,
      ...(options.instance.keepAliveSeconds === undefined
        ? {}
        : { KeepAlivePeriodInSeconds: options.instance.keepAliveSeconds }),
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
  return { image, outputUri, definition };
}

/** Checks everything that can be checked without AWS. */
export function checkTrainingJob(options: TrainingJobOptions): void {
  options.signal?.throwIfAborted();
  if (options.name !== undefined) checkResourceName("name", options.name);
  checkChannels(options.channels, options.algorithm);
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
  checkInteger("instance.keepAliveSeconds", options.instance.keepAliveSeconds, 0, 21_600);
  if ((options.instance.keepAliveSeconds ?? 0) > 0 && options.spot !== undefined) {
    throw new InvalidInputError(
      "instance.keepAliveSeconds",
      "used without spot",
      options.instance.keepAliveSeconds,
      "SageMaker keeps no spot instances: leave one of the two out.",
    );
  }
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
