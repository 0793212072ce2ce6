import { seconds } from "../../cloud.js";
import type { JsonInput } from "../../wire/json-service.js";
import type { Model } from "../hosting/models.js";
import type { RunnableJob } from "../jobs/job-runner.js";
import type { S3Source } from "../jobs/s3-input.js";

/** Log group of transform jobs. */
export const TRANSFORM_LOG_GROUP = "/aws/sagemaker/TransformJobs";

/** A batch transform job as it is kept. */
export interface TransformJob extends RunnableJob {
  readonly arn: string;
  /** The CreateTransformJob call. */
  readonly request: JsonInput;
  /** The model as it was: the job outlives it. */
  readonly model: Model;
  readonly created: number;
  readonly modified: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly failureReason?: string;
}

/** The parts of the request that are acted on. */
export interface TransformRequest {
  readonly TransformJobName: string;
  readonly ModelName: string;
  readonly MaxConcurrentTransforms?: number;
  readonly MaxPayloadInMB?: number;
  readonly BatchStrategy?: "MultiRecord" | "SingleRecord";
  readonly Environment?: Readonly<Record<string, string>>;
  readonly ModelClientConfig?: {
    readonly InvocationsTimeoutInSeconds?: number;
    readonly InvocationsMaxRetries?: number;
  };
  readonly TransformInput: {
    readonly DataSource: { readonly S3DataSource: S3Source };
    readonly ContentType?: string;
    readonly CompressionType?: string;
    readonly SplitType?: string;
  };
  readonly TransformOutput: {
    readonly S3OutputPath: string;
    readonly Accept?: string;
    readonly AssembleWith?: string;
  };
  readonly TransformResources: { readonly InstanceCount: number };
  readonly DataProcessing?: {
    readonly InputFilter?: string;
    readonly OutputFilter?: string;
    readonly JoinSource?: string;
  };
}

/** What DescribeTransformJob answers. */
export function describeTransformJob(job: TransformJob): Record<string, unknown> {
  const { Tags: _tags, ...request } = job.request;
  return {
    ...request,
    TransformJobArn: job.arn,
    TransformJobStatus: job.status,
    FailureReason: job.failureReason,
    CreationTime: seconds(job.created),
    TransformStartTime: job.startedMs === undefined ? undefined : seconds(job.startedMs),
    TransformEndTime: job.endedMs === undefined ? undefined : seconds(job.endedMs),
  };
}
