import { type Cloud, seconds } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { parseS3Uri } from "../../s3/transfer.js";
import type { JsonInput, JsonOperations } from "../../wire/json-service.js";
import { localPath } from "../jobs/container-path.js";
import { mayStop, refuseRunning, refuseTwin } from "../jobs/job-rules.js";
import { createJobRunner } from "../jobs/job-runner.js";
import { checkSource, listInput } from "../jobs/s3-input.js";
import { listPage } from "../listing.js";
import type { TagStore } from "../tags.js";
import {
  describeTrainingJob,
  type TrainingJob,
  type TrainingRequest,
  trainingJobArn,
  withTransition,
} from "./job.js";
import { jobMetrics, runTrainingJob } from "./run-job.js";

/** Training jobs: the operations, and what the server's life needs. */
export interface TrainingService {
  readonly operations: JsonOperations;
  /** Resolves when every running job has ended. */
  settled(): Promise<void>;
}

/** Makes the training operations over the stored jobs. */
export function createTrainingService(cloud: Cloud, tags: TagStore): TrainingService {
  const jobs = cloud.records.open<TrainingJob>("training-jobs");
  const find = (input: JsonInput): TrainingJob => {
    const job = jobs.get(input.TrainingJobName as string);
    if (job === undefined) throw new AwsError("ValidationException", "Requested resource not found.");
    return job;
  };

  const runner = createJobRunner<TrainingJob>(
    cloud,
    jobs,
    async (job, stop) => {
      const metrics = jobMetrics(cloud, job.request as unknown as TrainingRequest);
      const outcome = await runTrainingJob(cloud, job, stop, {
        metrics,
        phase(status, message) {
          runner.change(job.name, (current) => {
            const started = status === "Training" ? { startedMs: Date.now() } : {};
            // A job that is being stopped says so until it has stopped.
            if (current.status === "Stopping") return { ...current, ...started };
            return { ...withTransition(current, status, message), ...started };
          });
        },
      });
      cloud.logger.info(`Training job ${job.name}: ${outcome.failureReason ?? outcome.status}`);
      return (current) => ({
        ...withTransition(current, outcome.secondaryStatus, outcome.message),
        status: outcome.status,
        endedMs: Date.now(),
        metrics: metrics.final(),
        ...(outcome.failureReason === undefined ? {} : { failureReason: outcome.failureReason }),
        ...(outcome.modelUri === undefined ? {} : { modelUri: outcome.modelUri }),
      });
    },
    (job, failureReason) => ({
      ...withTransition(job, "Failed", "Training job failed"),
      status: "Failed",
      failureReason,
      endedMs: Date.now(),
    }),
  );

  return {
    settled: runner.settled,
    operations: {
      async CreateTrainingJob(input) {
        const request = input as unknown as TrainingRequest;
        const name = request.TrainingJobName;
        const image = request.AlgorithmSpecification.TrainingImage;
        if (image === undefined) {
          throw new AwsError(
            "ValidationException",
            "The local SageMaker needs AlgorithmSpecification.TrainingImage.",
          );
        }
        refuseTwin(jobs, name, "training");
        cloud.images.command(image, "train");
        checkMetrics(cloud, request);
        checkChannels(request);
        if (request.CheckpointConfig?.LocalPath !== undefined)
          localPath("/", request.CheckpointConfig.LocalPath);
        const output = parseS3Uri(request.OutputDataConfig.S3OutputPath);
        if (!cloud.objects.buckets.has(output.bucket)) {
          throw new AwsError("ValidationException", `The output bucket "${output.bucket}" does not exist.`);
        }
        for (const { DataSource: source } of request.InputDataConfig ?? []) {
          await listInput(cloud.objects, source.S3DataSource!, request.RoleArn);
        }
        refuseTwin(jobs, name, "training");
        const now = Date.now();
        const arn = trainingJobArn(cloud, name);
        tags.create(arn, input);
        const created: TrainingJob = {
          name,
          arn,
          request: input,
          created: now,
          modified: now,
          status: "InProgress",
          secondaryStatus: "Starting",
          transitions: [],
          metrics: [],
        };
        const job = withTransition(created, "Starting", "Starting the training job", now);
        jobs.set(name, job);
        runner.start(job);
        return { TrainingJobArn: job.arn };
      },
      DescribeTrainingJob: (input) => describeTrainingJob(find(input)),
      ListTrainingJobs(input) {
        const page = listPage(jobs.all(), input);
        return {
          TrainingJobSummaries: page.items.map((job) => ({
            TrainingJobName: job.name,
            TrainingJobArn: job.arn,
            CreationTime: seconds(job.created),
            LastModifiedTime: seconds(job.modified),
            TrainingEndTime: job.endedMs === undefined ? undefined : seconds(job.endedMs),
            TrainingJobStatus: job.status,
            SecondaryStatus: job.secondaryStatus,
          })),
          NextToken: page.nextToken,
        };
      },
      StopTrainingJob(input) {
        const job = find(input);
        if (!mayStop(job, "training")) return {};
        runner.change(job.name, (current) => ({
          ...withTransition(current, "Stopping", "Stopping the training job"),
          status: "Stopping",
        }));
        runner.stop(job.name);
        return {};
      },
      DeleteTrainingJob(input) {
        const job = find(input);
        refuseRunning(job, "training");
        jobs.delete(job.name);
        tags.remove(job.arn);
        return {};
      },
    },
  };
}

function checkMetrics(cloud: Cloud, request: TrainingRequest): void {
  try {
    jobMetrics(cloud, request);
  } catch (cause) {
    if (cause instanceof AwsError) throw cause;
    throw new AwsError(
      "ValidationException",
      `A metric definition is not a regular expression: ${(cause as Error).message}`,
    );
  }
}

function checkChannels(request: TrainingRequest): void {
  for (const channel of request.InputDataConfig ?? []) {
    const mode = channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode ?? "File";
    checkSource(channel.DataSource.S3DataSource, mode, channel.CompressionType, channel.ChannelName, true);
  }
  const names = (request.InputDataConfig ?? []).map((channel) => channel.ChannelName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AwsError(
      "ValidationException",
      `Input channel names must be unique: "${twice}" is there twice.`,
    );
  }
}
