import { type Cloud, seconds } from "../../cloud.js";
import type { JsonInput } from "../../wire/json-service.js";
import type { S3Source } from "../jobs/s3-input.js";

/** A change of a job's secondary status. */
export interface StatusTransition {
  readonly status: string;
  readonly startMs: number;
  readonly endMs?: number;
  readonly message: string;
}

/** The last value of a metric. */
export interface FinalMetric {
  readonly name: string;
  readonly value: number;
  readonly timeMs: number;
}

/** A training job as it is kept. */
export interface TrainingJob {
  readonly name: string;
  readonly arn: string;
  /** The CreateTrainingJob call. */
  readonly request: JsonInput;
  readonly created: number;
  readonly modified: number;
  readonly status: "InProgress" | "Completed" | "Failed" | "Stopping" | "Stopped";
  readonly secondaryStatus: string;
  readonly transitions: readonly StatusTransition[];
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly failureReason?: string;
  readonly modelUri?: string;
  readonly metrics: readonly FinalMetric[];
}

/** The parts of the request that the runner reads. */
export interface TrainingRequest {
  readonly TrainingJobName: string;
  readonly RoleArn: string;
  readonly AlgorithmSpecification: {
    readonly TrainingImage?: string;
    readonly AlgorithmName?: string;
    readonly TrainingInputMode?: string;
    readonly MetricDefinitions?: readonly { readonly Name: string; readonly Regex: string }[];
    readonly ContainerEntrypoint?: readonly string[];
    readonly ContainerArguments?: readonly string[];
  };
  readonly HyperParameters?: Readonly<Record<string, string>>;
  readonly Environment?: Readonly<Record<string, string>>;
  readonly InputDataConfig?: readonly TrainingChannel[];
  readonly OutputDataConfig: { readonly S3OutputPath: string; readonly CompressionType?: string };
  readonly ResourceConfig?: {
    readonly InstanceType?: string;
    readonly InstanceCount?: number;
    readonly VolumeSizeInGB?: number;
  };
  readonly StoppingCondition?: { readonly MaxRuntimeInSeconds?: number };
  readonly CheckpointConfig?: { readonly S3Uri: string; readonly LocalPath?: string };
}

/** One input channel. */
export interface TrainingChannel {
  readonly ChannelName: string;
  readonly DataSource: {
    readonly S3DataSource?: S3Source;
    readonly FileSystemDataSource?: unknown;
  };
  readonly ContentType?: string;
  readonly CompressionType?: string;
  readonly RecordWrapperType?: string;
  readonly InputMode?: string;
}

/** What DescribeTrainingJob answers. */
export function describeTrainingJob(job: TrainingJob): Record<string, unknown> {
  const { Tags: _tags, ...request } = job.request;
  const { startedMs, endedMs } = job;
  const algorithm = job.request.AlgorithmSpecification as TrainingRequest["AlgorithmSpecification"];
  return {
    ...request,
    AlgorithmSpecification: { EnableSageMakerMetricsTimeSeries: false, ...algorithm },
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    FailureReason: job.failureReason,
    ModelArtifacts: job.modelUri === undefined ? undefined : { S3ModelArtifacts: job.modelUri },
    CreationTime: seconds(job.created),
    LastModifiedTime: seconds(job.modified),
    TrainingStartTime: startedMs === undefined ? undefined : seconds(startedMs),
    TrainingEndTime: endedMs === undefined ? undefined : seconds(endedMs),
    ...(startedMs === undefined || endedMs === undefined
      ? {}
      : {
          TrainingTimeInSeconds: Math.ceil((endedMs - startedMs) / 1000),
          BillableTimeInSeconds: Math.ceil((endedMs - startedMs) / 1000),
        }),
    SecondaryStatusTransitions: job.transitions.map((transition) => ({
      Status: transition.status,
      StartTime: seconds(transition.startMs),
      EndTime: transition.endMs === undefined ? undefined : seconds(transition.endMs),
      StatusMessage: transition.message,
    })),
    FinalMetricDataList: job.metrics.map((metric) => ({
      MetricName: metric.name,
      Value: metric.value,
      Timestamp: seconds(metric.timeMs),
    })),
    EnableNetworkIsolation: job.request.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: job.request.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: job.request.EnableManagedSpotTraining ?? false,
  };
}

/** Where the job's model archive goes. */
export function modelUriOf(request: TrainingRequest): string {
  return `${outputPrefix(request)}/model.tar.gz`;
}

/** Where what the job leaves goes. */
export function outputPrefix(request: TrainingRequest): string {
  return `${request.OutputDataConfig.S3OutputPath.replace(/\/+$/, "")}/${request.TrainingJobName}/output`;
}

/** Moves a job to a secondary status, ending the one before. */
export function withTransition(
  job: TrainingJob,
  status: string,
  message: string,
  now = Date.now(),
): TrainingJob {
  const former = job.transitions.map((transition) =>
    transition.endMs === undefined ? { ...transition, endMs: now } : transition,
  );
  const ends = /^(Completed|Failed|Stopped|MaxRuntimeExceeded)$/.test(status) ? { endMs: now } : {};
  return {
    ...job,
    secondaryStatus: status,
    modified: now,
    transitions: [...former, { status, startMs: now, message, ...ends }],
  };
}

/** Log group of training jobs. */
export const TRAINING_LOG_GROUP = "/aws/sagemaker/TrainingJobs";

/** ARN of a training job. */
export function trainingJobArn(cloud: Cloud, name: string): string {
  return `arn:aws:sagemaker:${cloud.region}:${cloud.account}:training-job/${name.toLowerCase()}`;
}
