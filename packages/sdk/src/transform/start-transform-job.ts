import { randomBytes } from "node:crypto";
import { call, isAlreadyExisting } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { nameWithTime } from "../checks/fingerprint.js";
import { checkInstanceType, checkResourceName } from "../checks/names.js";
import { checkEnvironment, checkInteger } from "../checks/numbers.js";
import { toTagList } from "../checks/tags.js";
import { ResourceConflictError } from "../errors.js";
import type { Model } from "../models/model.js";
import { parseS3Uri } from "../s3/s3-uri.js";
import type { Session } from "../session.js";
import type { TransformJob } from "./transform-job.js";

/** A batch transform job to start. */
export interface TransformJobOptions {
  /** A model of createModel(), or its name. */
  readonly model: Model | string;
  /** What is sent through the model. */
  readonly input: {
    /** S3 folder (all below it), or one object. */
    readonly uri: string;
    /** For example `application/x-image`. */
    readonly contentType: string;
    /** Where one object holds several records. Default `None`: the object is the record. */
    readonly split?: "None" | "Line" | "RecordIO" | "TFRecord";
  };
  /** Where the results go. */
  readonly output: {
    /** S3 folder; each result is named after its input with `.out` behind it. */
    readonly uri: string;
    /** Content type wanted in answer, for example `application/jsonlines`. */
    readonly accept?: string;
    /** How results of one object's records are put together. Default `None`. */
    readonly assemble?: "None" | "Line";
  };
  /** The machines it runs on. */
  readonly instance: {
    /** For example `ml.m5.xlarge`. */
    readonly type: string;
    /** Default 1. */
    readonly count?: number;
  };
  /** Default: made of the time and chance. */
  readonly name?: string;
  /** Records in one request, or as many as fit `maxPayloadMb`. Default: the container's choice. */
  readonly strategy?: "SingleRecord" | "MultiRecord";
  /** Requests at a time to one container, 0 to 10,000; 0 leaves it to the container. Default 0. */
  readonly maxConcurrent?: number;
  /** Largest request, 0 to 100 MB. Default 6. */
  readonly maxPayloadMb?: number;
  /** How long a request may take, 1 to 3,600 s. Default: the service's (600). */
  readonly invocationTimeoutSeconds?: number;
  /** Attempts after a failed request, 0 to 3. Default: the service's (3). */
  readonly invocationRetries?: number;
  /** Environment variables of the container: at most 100, values up to 1,024 characters. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Tags of what is made, beside the session's; at most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of CreateTransformJob. */
  readonly aws?: RawParameters;
}

/**
 * Sends everything in an S3 folder through a model, on instances that live for this only.
 *
 * @throws InvalidInputError naming the field, the rule and the remedy.
 * @example
 * ```ts
 * const job = await startTransformJob(session, {
 *   model: "drivers-1",
 *   input: { uri: "s3://drivers/images/", contentType: "application/x-image" },
 *   output: { uri: "s3://drivers/predictions/" },
 *   instance: { type: "ml.m5.xlarge" },
 * });
 * console.log(job.outputUri); // "s3://drivers/predictions/"
 * ```
 */
export async function startTransformJob(
  session: Session,
  options: TransformJobOptions,
): Promise<TransformJob> {
  checkTransformJob(options);
  const { signal, input, output } = options;
  const name = options.name ?? nameWithTime("transform", new Date(), randomBytes(3).toString("hex"));
  const { strategy, maxConcurrent, invocationTimeoutSeconds, invocationRetries } = options;
  const client = {
    ...(invocationTimeoutSeconds === undefined
      ? {}
      : { InvocationsTimeoutInSeconds: invocationTimeoutSeconds }),
    ...(invocationRetries === undefined ? {} : { InvocationsMaxRetries: invocationRetries }),
  };
  const request = {
    TransformJobName: name,
    ModelName: typeof options.model === "string" ? options.model : options.model.name,
    ...(strategy === undefined ? {} : { BatchStrategy: strategy }),
    ...(maxConcurrent === undefined ? {} : { MaxConcurrentTransforms: maxConcurrent }),
    MaxPayloadInMB: options.maxPayloadMb ?? 6,
    ...(Object.keys(client).length === 0 ? {} : { ModelClientConfig: client }),
    ...(options.environment === undefined ? {} : { Environment: { ...options.environment } }),
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri: input.uri } },
      ContentType: input.contentType,
      SplitType: input.split ?? ("None" as const),
    },
    TransformOutput: {
      S3OutputPath: output.uri,
      AssembleWith: output.assemble ?? ("None" as const),
      ...(output.accept === undefined ? {} : { Accept: output.accept }),
    },
    TransformResources: {
      InstanceType: options.instance.type as never,
      InstanceCount: options.instance.count ?? 1,
    },
    Tags: toTagList(session, options.tags),
  };
  const handle = { kind: "transform-job", name, outputUri: output.uri } as const;
  try {
    const made = await call(session, "sagemaker", "CreateTransformJob", request, {
      signal,
      raw: options.aws,
    });
    return { ...handle, arn: made.TransformJobArn ?? "" };
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
    if (options.name !== undefined) {
      const message = `Transform job ${name} exists already. Choose another name, or leave it out.`;
      throw new ResourceConflictError(name, message, { cause: error });
    }
    // The name is new each time: this is our own request, sent again by the AWS client.
    const found = await call(
      session,
      "sagemaker",
      "DescribeTransformJob",
      { TransformJobName: name },
      { signal },
    );
    return { ...handle, arn: found.TransformJobArn ?? "" };
  }
}

function checkTransformJob(options: TransformJobOptions): void {
  options.signal?.throwIfAborted();
  if (options.name !== undefined) checkResourceName("name", options.name);
  checkInstanceType("instance.type", options.instance.type);
  checkInteger("instance.count", options.instance.count, 1, 100);
  parseS3Uri(options.input.uri, "input.uri");
  parseS3Uri(options.output.uri, "output.uri");
  checkInteger("maxConcurrent", options.maxConcurrent, 0, 10_000);
  checkInteger("maxPayloadMb", options.maxPayloadMb, 0, 100);
  checkInteger("invocationTimeoutSeconds", options.invocationTimeoutSeconds, 1, 3600);
  checkInteger("invocationRetries", options.invocationRetries, 0, 3);
  checkEnvironment("environment", options.environment);
}
