import { seconds } from "../../cloud.js";
import type { JsonInput } from "../../wire/json-service.js";
import type { RunnableJob } from "../jobs/job-runner.js";
import type { S3Source } from "../jobs/s3-input.js";

/** Log group of processing jobs. */
export const PROCESSING_LOG_GROUP = "/aws/sagemaker/ProcessingJobs";

/** A processing job as it is kept. */
export interface ProcessingJob extends RunnableJob {
  readonly arn: string;
  /** The CreateProcessingJob call. */
  readonly request: JsonInput;
  readonly created: number;
  readonly modified: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly failureReason?: string;
  readonly exitMessage?: string;
}

/** The parts of the request that are acted on. */
export interface ProcessingRequest {
  readonly ProcessingJobName: string;
  readonly RoleArn: string;
  readonly AppSpecification: {
    readonly ImageUri: string;
    readonly ContainerEntrypoint?: readonly string[];
    readonly ContainerArguments?: readonly string[];
  };
  readonly ProcessingResources: {
    readonly ClusterConfig: { readonly InstanceCount: number; readonly InstanceType: string };
  };
  readonly StoppingCondition?: { readonly MaxRuntimeInSeconds: number };
  readonly Environment?: Readonly<Record<string, string>>;
  readonly ProcessingInputs?: readonly {
    readonly InputName: string;
    readonly S3Input?: S3Source & {
      readonly LocalPath?: string;
      readonly S3InputMode?: string;
      readonly S3CompressionType?: string;
    };
    readonly DatasetDefinition?: unknown;
  }[];
  readonly ProcessingOutputConfig?: {
    readonly Outputs: readonly {
      readonly OutputName: string;
      readonly S3Output?: { readonly S3Uri: string; readonly LocalPath?: string };
    }[];
  };
}

/** What DescribeProcessingJob answers. */
export function describeProcessingJob(job: ProcessingJob): Record<string, unknown> {
  const { Tags: _tags, ...request } = job.request;
  return {
    ...request,
    ProcessingJobArn: job.arn,
    ProcessingJobStatus: job.status,
    FailureReason: job.failureReason,
    ExitMessage: job.exitMessage,
    CreationTime: seconds(job.created),
    LastModifiedTime: seconds(job.modified),
    ProcessingStartTime: job.startedMs === undefined ? undefined : seconds(job.startedMs),
    ProcessingEndTime: job.endedMs === undefined ? undefined : seconds(job.endedMs),
  };
}
