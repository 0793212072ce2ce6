import { call, isAlreadyExisting, orUndefined } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { fingerprint, nameWith } from "../checks/fingerprint.js";
import { checkInstanceType } from "../checks/names.js";
import { checkInteger, checkNumber } from "../checks/numbers.js";
import { ENDPOINT_TAG, toTagList } from "../checks/tags.js";
import { InvalidInputError } from "../errors.js";
import { parseS3Uri } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import { VARIANT_NAME } from "./endpoint.js";
import { checkVariants, toVariants, type VariantsOptions } from "./variant-options.js";

/** Machines of an endpoint. */
export interface EndpointInstance {
  /** For example `ml.m5.xlarge`. */
  readonly type: string;
  /** Instances at the beginning. Default 1, or the autoscaling's minimum. */
  readonly count?: number;
  /** Disk in GiB, for types without a disk of their own. Default: the service's. */
  readonly volumeGb?: number;
}

/** An endpoint that runs only while there are requests. Limits: 4 MB of payload, 60 s. */
export interface ServerlessOptions {
  /** 1,024 to 6,144, in steps of 1,024. */
  readonly memoryMb: number;
  /** Requests at a time, 1 to 200. */
  readonly maxConcurrency: number;
}

/** Makes the endpoint take asynchronous invocations: up to 1 h and 1 GB each, queued. */
export interface AsyncInferenceOptions {
  /** S3 folder of the results. */
  readonly outputUri: string;
  /** S3 folder of the errors. Default: `failures/` below `outputUri`. */
  readonly failureUri?: string;
  /** Invocations at a time on one instance, 1 to 1,000. Default: the service's choice. */
  readonly maxConcurrentPerInstance?: number;
  /** ARNs of SNS topics that are told of every success and error. */
  readonly successTopic?: string;
  /** ARN of the SNS topic that is told of every error. Default: none. */
  readonly errorTopic?: string;
}

/** Keeps a share of requests and answers in S3. */
export interface DataCaptureOptions {
  /** S3 folder of the captured data. */
  readonly uri: string;
  /** 1 to 100. Default 100. */
  readonly percentage?: number;
}

/** What an endpoint consists of: either instances or serverless. */
export interface EndpointConfigOptions extends VariantsOptions {
  /** Machines that run all the time. Left out with `serverless`. */
  readonly instance?: EndpointInstance;
  /** No machine of one's own. Left out with `instance`. */
  readonly serverless?: ServerlessOptions;
  /** Take asynchronous invocations, and only those. Default: not. */
  readonly async?: AsyncInferenceOptions;
  /** Keep requests and answers in S3. Default: not. */
  readonly dataCapture?: DataCaptureOptions;
  /** How long an instance may take to fetch the model, 60 to 3,600 s. Default 1,200. */
  readonly modelDownloadTimeoutSeconds?: number;
  /** How long a container may take until /ping answers 200, 60 to 3,600 s. Default 600. */
  readonly startupTimeoutSeconds?: number;
}

/** Checks the options without AWS. */
export function checkEndpointConfig(options: EndpointConfigOptions): void {
  const { instance, serverless } = options;
  if ((instance === undefined) === (serverless === undefined)) {
    throw new InvalidInputError(
      "instance",
      "given, or else serverless, but not both",
      { instance, serverless },
      'For example instance: { type: "ml.m5.xlarge" }.',
    );
  }
  if (instance !== undefined) {
    checkInstanceType("instance.type", instance.type);
    checkInteger("instance.count", instance.count, 1, 10_000);
    checkInteger("instance.volumeGb", instance.volumeGb, 1, 512);
  }
  if (serverless !== undefined) {
    checkInteger(
      "serverless.memoryMb / 1024",
      serverless.memoryMb / 1024,
      1,
      6,
      "It goes in steps of 1,024 MB.",
    );
    checkInteger("serverless.maxConcurrency", serverless.maxConcurrency, 1, 200);
    for (const [field, why] of [
      ["async", "Serverless endpoints have no queue."],
      ["dataCapture", "SageMaker keeps nothing of serverless endpoints."],
    ] as const) {
      if (options[field] === undefined) continue;
      throw new InvalidInputError(field, "used with instances", "serverless", why);
    }
  }
  if (options.async !== undefined) {
    parseS3Uri(options.async.outputUri, "async.outputUri");
    if (options.async.failureUri !== undefined) parseS3Uri(options.async.failureUri, "async.failureUri");
    checkInteger("async.maxConcurrentPerInstance", options.async.maxConcurrentPerInstance, 1, 1000);
  }
  if (options.dataCapture !== undefined) {
    parseS3Uri(options.dataCapture.uri, "dataCapture.uri");
    checkNumber("dataCapture.percentage", options.dataCapture.percentage, 1, 100);
  }
  checkVariants(options, instance !== undefined && options.async === undefined);
  checkInteger("modelDownloadTimeoutSeconds", options.modelDownloadTimeoutSeconds, 60, 3600);
  checkInteger("startupTimeoutSeconds", options.startupTimeoutSeconds, 60, 3600);
}

export interface EnsureConfigOptions extends EndpointConfigOptions {
  readonly endpointName: string;
  readonly modelName: string;
  /** Instances to begin with. */
  readonly initialInstances: number;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly signal: AbortSignal | undefined;
  readonly raw: RawParameters | undefined;
}

/**
 * Makes the configuration, named by a digest of its content: the same content is the same configuration, and
 * is made once.
 */
export async function ensureEndpointConfig(
  session: Session,
  options: EnsureConfigOptions,
): Promise<{ readonly name: string; readonly created: boolean }> {
  const { others, shadows } = toVariants(options, startUpTimes(options));
  const content = {
    ProductionVariants: [toVariant(options), ...others],
    ...(shadows.length === 0 ? {} : { ShadowProductionVariants: shadows }),
    ...(options.async === undefined ? {} : { AsyncInferenceConfig: toAsyncConfig(options.async) }),
    ...(options.dataCapture === undefined ? {} : { DataCaptureConfig: toDataCapture(options.dataCapture) }),
  };
  const name = nameWith(options.endpointName, fingerprint({ content, raw: options.raw }));
  const { signal } = options;
  const exists = async () => {
    const found = call(
      session,
      "sagemaker",
      "DescribeEndpointConfig",
      { EndpointConfigName: name },
      { signal },
    );
    return (await orUndefined(found)) !== undefined;
  };
  if (await exists()) return { name, created: false };
  const Tags = toTagList(session, options.tags, { [ENDPOINT_TAG]: options.endpointName });
  try {
    await call(
      session,
      "sagemaker",
      "CreateEndpointConfig",
      { EndpointConfigName: name, ...content, Tags },
      {
        signal,
        raw: options.raw,
      },
    );
    return { name, created: true };
  } catch (error) {
    if (!isAlreadyExisting(error) || !(await exists())) throw error;
    return { name, created: true }; // Our own request, sent again by the AWS client.
  }
}

function toVariant(options: EnsureConfigOptions) {
  const common = { VariantName: VARIANT_NAME, ModelName: options.modelName };
  if (options.serverless !== undefined) {
    const { memoryMb, maxConcurrency } = options.serverless;
    return { ...common, ServerlessConfig: { MemorySizeInMB: memoryMb, MaxConcurrency: maxConcurrency } };
  }
  return {
    ...common,
    InstanceType: options.instance?.type as never,
    InitialInstanceCount: options.initialInstances,
    InitialVariantWeight: options.weight ?? 1,
    ...(options.instance?.volumeGb === undefined ? {} : { VolumeSizeInGB: options.instance.volumeGb }),
    ...startUpTimes(options),
  };
}

/** Always set: without them a container that hangs keeps the endpoint Creating for hours. */
function startUpTimes(options: EndpointConfigOptions) {
  return {
    ModelDataDownloadTimeoutInSeconds: options.modelDownloadTimeoutSeconds ?? 1200,
    ContainerStartupHealthCheckTimeoutInSeconds: options.startupTimeoutSeconds ?? 600,
  };
}

function toAsyncConfig(options: AsyncInferenceOptions) {
  const { outputUri, maxConcurrentPerInstance, successTopic, errorTopic } = options;
  const topics = {
    ...(successTopic === undefined ? {} : { SuccessTopic: successTopic }),
    ...(errorTopic === undefined ? {} : { ErrorTopic: errorTopic }),
  };
  return {
    OutputConfig: {
      S3OutputPath: outputUri,
      S3FailurePath: options.failureUri ?? `${outputUri.replace(/\/*$/, "")}/failures/`,
      ...(Object.keys(topics).length === 0 ? {} : { NotificationConfig: topics }),
    },
    ...(maxConcurrentPerInstance === undefined
      ? {}
      : { ClientConfig: { MaxConcurrentInvocationsPerInstance: maxConcurrentPerInstance } }),
  };
}

function toDataCapture(options: DataCaptureOptions) {
  return {
    EnableCapture: true,
    InitialSamplingPercentage: options.percentage ?? 100,
    DestinationS3Uri: options.uri,
    CaptureOptions: [{ CaptureMode: "Input" as const }, { CaptureMode: "Output" as const }],
  };
}
