import type { Cloud } from "../../cloud.js";
import { localPath } from "../../containers/container-path.js";
import { AwsError } from "../../errors.js";
import { parseS3Uri } from "../../objects/objects.js";
import { createJobService } from "../jobs/job-service.js";
import { optionalDate } from "../jobs/job-times.js";
import { listInput, requireSource } from "../jobs/s3-input.js";
import type { SageMakerOperations } from "../operation-types.js";
import type { TagStore } from "../tags.js";
import type { TrainingOperation } from "./honoured-inputs.js";
import { INTERRUPT_TAG, Interruptions } from "./interruptions.js";
import {
  advanceTrainingJob,
  DEFAULT_MAX_RUNTIME_SECONDS,
  describeTrainingJob,
  firstTransition,
  showWarmPool,
  type TrainingJob,
  type TrainingRequest,
} from "./job.js";
import { createMetricReader, metricDefinitions } from "./metrics.js";
import { type RecordTrainingMetric, runTrainingJob } from "./run-job.js";
import { checkScript, trainingCommand } from "./training-script.js";
import { WarmPools } from "./warm-pools.js";

/** Training jobs: the operations, and what the server's life needs. */
export interface TrainingService {
  readonly operations: SageMakerOperations<TrainingOperation>;
  /** Looks whether a job could be made. @throws AwsError ValidationException */
  check(request: TrainingRequest): Promise<void>;
  /** Starts a job and returns its ARN. @throws AwsError ResourceInUse or ValidationException */
  create(request: TrainingRequest): Promise<string>;
  /** @throws AwsError ValidationException */
  find(name: string): TrainingJob;
  /** Asks a job to stop. @throws AwsError ValidationException for one that has ended */
  stop(name: string): void;
  /** Resolves when a job has ended, or was cut off by the closing server. */
  ended(name: string): Promise<void>;
  /** Resolves when every running job has ended. */
  settled(): Promise<void>;
}

/** Makes the training operations over the stored jobs. */
export function createTrainingService(
  cloud: Cloud,
  tags: TagStore,
  recordMetric: RecordTrainingMetric,
): TrainingService {
  const interruptions = new Interruptions();
  const warmPools = new WarmPools(cloud, (name, warmPool) => jobs.change(name, { warmPool }));
  const jobs = createJobService<TrainingRequest, TrainingJob>(cloud, tags, {
    noun: "training",
    listed: "Ascending",
    notFound: () => "Requested resource not found.",
    async accept(request) {
      await checkRequest(cloud, request);
      return { secondaryStatus: "Starting", transitions: [firstTransition()], metrics: [] };
    },
    run: (job, stop, change) =>
      runTrainingJob(cloud, job, stop, change, { recordMetric, interruptions, warmPools }),
    advance: advanceTrainingJob,
  });
  // Warm pools end with the server.
  for (const { name, warmPool } of jobs.all()) {
    if (warmPool?.status === "Available" || warmPool?.status === "InUse") {
      jobs.change(name, { warmPool: { ...warmPool, status: "Terminated" } });
    }
  }
  tags.onAdded((arn, added) => {
    const job = jobs.all().find((candidate) => candidate.arn === arn);
    if (job === undefined || !added.some(({ Key }) => Key === INTERRUPT_TAG)) return;
    if (job.request.EnableManagedSpotTraining && interruptions.interrupt(job.name)) return;
    const what = job.request.EnableManagedSpotTraining ? "does not run now" : "has no spot instances";
    throw new AwsError("ValidationException", `The training job ${arn} cannot be interrupted: it ${what}.`);
  });
  return {
    check: (request) => checkRequest(cloud, request),
    create: (request) => jobs.create(request.TrainingJobName, request),
    find: jobs.find,
    stop: jobs.stop,
    ended: jobs.ended,
    settled: jobs.settled,
    operations: {
      async CreateTrainingJob({ AlgorithmSpecification, ...input }) {
        if (AlgorithmSpecification === undefined) {
          throw new AwsError("ValidationException", "A training job needs an AlgorithmSpecification.");
        }
        const request = { ...input, AlgorithmSpecification };
        return { TrainingJobArn: await jobs.create(input.TrainingJobName, request) };
      },
      DescribeTrainingJob: (input) => describeTrainingJob(jobs.find(input.TrainingJobName)),
      ListTrainingJobs({ WarmPoolStatusEquals: pool, ...input }) {
        const { items, nextToken } = jobs.page(
          input,
          pool === undefined ? undefined : ({ warmPool }) => warmPool?.status === pool,
        );
        return {
          TrainingJobSummaries: items.map((job) => ({
            TrainingJobName: job.name,
            TrainingJobArn: job.arn,
            CreationTime: new Date(job.created),
            LastModifiedTime: new Date(job.modified),
            TrainingEndTime: optionalDate(job.endedMs),
            TrainingJobStatus: job.status,
            SecondaryStatus: job.secondaryStatus,
            WarmPoolStatus: showWarmPool(job.warmPool),
          })),
          NextToken: nextToken,
        };
      },
      StopTrainingJob(input) {
        jobs.stop(input.TrainingJobName);
        return {};
      },
      DeleteTrainingJob(input) {
        jobs.remove(input.TrainingJobName);
        return {};
      },
    },
  };
}

async function checkRequest(cloud: Cloud, request: TrainingRequest): Promise<void> {
  const { TrainingImage: image } = request.AlgorithmSpecification;
  if (image === undefined) {
    throw new AwsError(
      "ValidationException",
      "The local SageMaker needs AlgorithmSpecification.TrainingImage.",
    );
  }
  await cloud.containers.check(trainingCommand(request));
  await checkScript(cloud, request);
  checkSpot(request);
  checkMetrics(request);
  checkChannels(request);
  if (request.CheckpointConfig?.LocalPath !== undefined) localPath("/", request.CheckpointConfig.LocalPath);
  const output = parseS3Uri(request.OutputDataConfig.S3OutputPath);
  if (!(await cloud.objects.hasBucket(output.bucket))) {
    throw new AwsError("ValidationException", `The output bucket "${output.bucket}" does not exist.`);
  }
  for (const { DataSource: source, ChannelName: name } of request.InputDataConfig ?? []) {
    await listInput(cloud.objects, requireSource(source.S3DataSource, name), request.RoleArn);
  }
}

/** Source: StoppingCondition and ResourceConfig in the API reference, and the guide to warm pools. */
function checkSpot({
  EnableManagedSpotTraining: spot,
  StoppingCondition,
  ResourceConfig,
}: TrainingRequest): void {
  const { MaxWaitTimeInSeconds: wait, MaxRuntimeInSeconds: runtime = DEFAULT_MAX_RUNTIME_SECONDS } =
    StoppingCondition ?? {};
  const refuse = (message: string) => {
    throw new AwsError("ValidationException", message);
  };
  if (!spot) {
    if (wait !== undefined) refuse("MaxWaitTimeInSeconds needs EnableManagedSpotTraining.");
    return;
  }
  if (wait === undefined || wait < runtime) {
    refuse(
      `Invalid MaxWaitTimeInSeconds: a managed spot job needs it, and at least MaxRuntimeInSeconds (${runtime} s).`,
    );
  }
  if ((ResourceConfig?.KeepAlivePeriodInSeconds ?? 0) > 0) {
    refuse("KeepAlivePeriodInSeconds: instances of a managed spot job are not kept for a warm pool.");
  }
}

function checkMetrics(request: TrainingRequest): void {
  try {
    createMetricReader(metricDefinitions(request.AlgorithmSpecification));
  } catch (cause) {
    throw new AwsError(
      "ValidationException",
      `A metric definition is not a regular expression: ${(cause as Error).message}`,
    );
  }
}

function checkChannels(request: TrainingRequest): void {
  const channels = request.InputDataConfig ?? [];
  const names = channels.map((channel) => channel.ChannelName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AwsError(
      "ValidationException",
      `Input channel names must be unique: "${twice}" is there twice.`,
    );
  }
}
