import { type Cloud, seconds } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { parseS3Uri } from "../../s3/transfer.js";
import type { JsonInput, JsonOperations } from "../../wire/json-service.js";
import { listPage } from "../listing.js";
import type { TagStore } from "../tags.js";
import { checkChannels, listChannel } from "./input.js";
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
  const running = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>();

  for (const job of jobs.all()) {
    if (job.status !== "InProgress" && job.status !== "Stopping") continue;
    const reason = "InternalServerError: The local server was stopped while the job ran.";
    const ended = withTransition(job, "Failed", "Training job failed");
    jobs.set(job.name, { ...ended, status: "Failed", failureReason: reason, endedMs: Date.now() });
  }

  const find = (input: JsonInput): TrainingJob => {
    const job = jobs.get(input.TrainingJobName as string);
    if (job === undefined) throw new AwsError("ValidationException", "Requested resource not found.");
    return job;
  };

  const change = (name: string, apply: (job: TrainingJob) => TrainingJob): void => {
    const job = jobs.get(name);
    if (job !== undefined) jobs.set(name, apply(job));
  };

  const start = (job: TrainingJob): void => {
    const stop = new AbortController();
    const metrics = jobMetrics(cloud, job.request as unknown as TrainingRequest);
    const onClose = () => stop.abort();
    cloud.closing.addEventListener("abort", onClose, { once: true });
    const done = runTrainingJob(cloud, job, stop.signal, {
      metrics,
      phase(status, message) {
        change(job.name, (current) => {
          const started = status === "Training" ? { startedMs: Date.now() } : {};
          // A job that is being stopped says so until it has stopped.
          if (current.status === "Stopping") return { ...current, ...started };
          return { ...withTransition(current, status, message), ...started };
        });
      },
    }).then((outcome) => {
      cloud.closing.removeEventListener("abort", onClose);
      running.delete(job.name);
      // A job that the closing server cut off is marked as such by the next start.
      if (
        cloud.closing.aborted &&
        jobs.get(job.name)?.status === "InProgress" &&
        outcome.status === "Stopped"
      )
        return;
      change(job.name, (current) => ({
        ...withTransition(current, outcome.secondaryStatus, outcome.message),
        status: outcome.status,
        endedMs: Date.now(),
        metrics: metrics.final(),
        ...(outcome.failureReason === undefined ? {} : { failureReason: outcome.failureReason }),
        ...(outcome.modelUri === undefined ? {} : { modelUri: outcome.modelUri }),
      }));
      cloud.logger.info(`Training job ${job.name}: ${outcome.failureReason ?? outcome.status}`);
    });
    running.set(job.name, { stop, done });
  };

  return {
    settled: async () => {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
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
        const refuseTwin = () => {
          const twin = jobs.get(name);
          if (twin === undefined) return;
          throw new AwsError(
            "ResourceInUse",
            `Job name must be unique within an AWS account and region, and a training job with this name already exists (${twin.arn})`,
          );
        };
        refuseTwin();
        cloud.images.command(image, "train");
        checkMetrics(cloud, request);
        checkChannels(request);
        const output = parseS3Uri(request.OutputDataConfig.S3OutputPath);
        if (!cloud.objects.buckets.has(output.bucket)) {
          throw new AwsError("ValidationException", `The output bucket "${output.bucket}" does not exist.`);
        }
        for (const channel of request.InputDataConfig ?? [])
          await listChannel(cloud.objects, channel, request.RoleArn);
        refuseTwin();
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
        start(job);
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
        if (job.status === "Stopping") return {};
        if (job.status !== "InProgress") {
          throw new AwsError(
            "ValidationException",
            `The request was rejected because the training job is in status ${job.status}.`,
          );
        }
        change(job.name, (current) => ({
          ...withTransition(current, "Stopping", "Stopping the training job"),
          status: "Stopping",
        }));
        running.get(job.name)?.stop.abort();
        return {};
      },
      DeleteTrainingJob(input) {
        const job = find(input);
        if (job.status === "InProgress" || job.status === "Stopping") {
          throw new AwsError(
            "ValidationException",
            `The training job ${job.arn} is still running. Stop it first.`,
          );
        }
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
