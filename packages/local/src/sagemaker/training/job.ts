import type { Job } from "../jobs/job-service.js";
import { optionalDate } from "../jobs/job-times.js";
import type { SageMakerInput, SageMakerOutput } from "../operation-types.js";
import { type FinalMetric, metricDefinitions } from "./metrics.js";

/** Log group of training jobs. */
export const TRAINING_LOG_GROUP = "/aws/sagemaker/TrainingJobs";
/** MaxRuntimeInSeconds when the job does not say: 1 day. */
export const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;

/** The CreateTrainingJob call, of a job that says what it runs. */
export type TrainingRequest = SageMakerInput<"CreateTrainingJob"> & {
  readonly AlgorithmSpecification: object;
  /** Of the tuning job that the job belongs to. */
  readonly TuningJobArn?: string;
};
/** One input channel of it. */
export type TrainingChannel = NonNullable<TrainingRequest["InputDataConfig"]>[number];

/** What a job is doing, and how it ended, with what SageMaker says of it. */
const MESSAGES = {
  Starting: "Starting the training job",
  Downloading: "Downloading input data",
  Training: "Training image download completed. Training in progress.",
  Uploading: "Uploading generated training model",
  Interrupted: "The training job was interrupted: its spot instances were taken away",
  Stopping: "Stopping the training job",
  Completed: "Training job completed",
  Failed: "Training job failed",
  Stopped: "Training job stopped",
  MaxWaitTimeExceeded: "Training job wait time exceeded MaxWaitTimeInSeconds provided",
  MaxRuntimeExceeded: "Training job runtime exceeded MaxRuntimeInSeconds provided",
} as const;

/** What a job is doing in detail. */
export type SecondaryStatus = keyof typeof MESSAGES;

/** A change of a job's secondary status. */
export interface StatusTransition {
  readonly status: SecondaryStatus;
  readonly startMs: number;
  readonly endMs?: number;
  readonly message: string;
}

/** What becomes of the instances of a job that asked for them to be kept, or that found some. */
export interface WarmPool {
  readonly status: "InUse" | "Available" | "Reused" | "Terminated";
  readonly reusedBy?: string;
  /** How long they waited, seconds. */
  readonly retainedSeconds: number;
}

/** A training job as it is kept. */
export interface TrainingJob extends Job<TrainingRequest> {
  readonly secondaryStatus: SecondaryStatus;
  readonly transitions: readonly StatusTransition[];
  readonly modelUri?: string;
  readonly metrics: readonly FinalMetric[];
  /** How long its programs ran before each interruption, together, ms. */
  readonly ranMs?: number;
  /** When they began to run again after the last of them. */
  readonly restartedMs?: number;
  readonly warmPool?: WarmPool;
}

/** The first transition of a job. */
export function firstTransition(now = Date.now()): StatusTransition {
  return { status: "Starting", startMs: now, message: MESSAGES.Starting };
}

/** Replaces members of a job; a new status, of either kind, ends the transition before. */
export function advanceTrainingJob(job: TrainingJob, next: Partial<TrainingJob>): TrainingJob {
  const to = next.secondaryStatus ?? (next.status === "InProgress" ? undefined : next.status);
  if (to === undefined || to === job.secondaryStatus) return { ...job, ...next };
  const now = Date.now();
  const former = job.transitions.map((transition) =>
    transition.endMs === undefined ? { ...transition, endMs: now } : transition,
  );
  const ends = next.endedMs === undefined ? {} : { endMs: now };
  const transition = { status: to, startMs: now, message: MESSAGES[to], ...ends };
  return { ...job, ...next, secondaryStatus: to, transitions: [...former, transition] };
}

/** What DescribeTrainingJob answers. */
export function describeTrainingJob(job: TrainingJob): SageMakerOutput<"DescribeTrainingJob"> {
  const { Tags: _tags, ...request } = job.request;
  const { startedMs, endedMs, ranMs = 0, restartedMs = startedMs } = job;
  const secondsFrom = (fromMs: number | undefined, moreMs: number) =>
    fromMs === undefined || endedMs === undefined ? undefined : Math.ceil((endedMs - fromMs + moreMs) / 1000);
  return {
    ...request,
    AlgorithmSpecification: {
      EnableSageMakerMetricsTimeSeries: false,
      ...request.AlgorithmSpecification,
      // Clients read there which metrics CloudWatch has, those of the built-in algorithms too.
      MetricDefinitions: metricDefinitions(request.AlgorithmSpecification),
    },
    // What the caller left out is there all the same, as on AWS: clients read it without looking.
    OutputDataConfig: { KmsKeyId: "", CompressionType: "GZIP", ...request.OutputDataConfig },
    ResourceConfig: request.ResourceConfig ?? {},
    StoppingCondition: { MaxRuntimeInSeconds: DEFAULT_MAX_RUNTIME_SECONDS, ...request.StoppingCondition },
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    FailureReason: job.failureReason,
    ModelArtifacts: { S3ModelArtifacts: job.modelUri ?? modelUriOf(job.request) },
    CreationTime: new Date(job.created),
    LastModifiedTime: new Date(job.modified),
    TrainingStartTime: optionalDate(startedMs),
    TrainingEndTime: optionalDate(endedMs),
    TrainingTimeInSeconds: secondsFrom(startedMs, 0),
    // What passes between an interruption and the next start costs nothing.
    BillableTimeInSeconds: secondsFrom(restartedMs, ranMs),
    WarmPoolStatus: showWarmPool(job.warmPool),
    SecondaryStatusTransitions: job.transitions.map((transition) => ({
      Status: transition.status,
      StartTime: new Date(transition.startMs),
      EndTime: optionalDate(transition.endMs),
      StatusMessage: transition.message,
    })),
    FinalMetricDataList: job.metrics.map((metric) => ({
      MetricName: metric.name,
      Value: metric.value,
      Timestamp: new Date(metric.timeMs),
    })),
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: request.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: request.EnableManagedSpotTraining ?? false,
  };
}

/** A warm pool as the answers name it. */
export function showWarmPool(pool: WarmPool | undefined) {
  if (pool === undefined) return undefined;
  return {
    Status: pool.status,
    ReusedByJob: pool.reusedBy,
    ResourceRetainedBillableTimeInSeconds: pool.retainedSeconds,
  };
}

/** Where the job's model archive goes; uncompressed it is a folder. */
export function modelUriOf(request: TrainingRequest): string {
  const plain = request.OutputDataConfig.CompressionType === "NONE";
  return `${outputPrefix(request)}/${plain ? "model/" : "model.tar.gz"}`;
}

/** Where what the job leaves goes. */
export function outputPrefix(request: TrainingRequest): string {
  return `${request.OutputDataConfig.S3OutputPath.replace(/\/+$/, "")}/${request.TrainingJobName}/output`;
}
