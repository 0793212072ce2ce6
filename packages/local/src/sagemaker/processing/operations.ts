import { arn, type Cloud, seconds } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { JsonInput, JsonOperations } from "../../wire/json-service.js";
import { localPath } from "../jobs/container-path.js";
import { mayStop, refuseRunning, refuseTwin } from "../jobs/job-rules.js";
import { createJobRunner } from "../jobs/job-runner.js";
import { checkSource, listInput } from "../jobs/s3-input.js";
import { listPage } from "../listing.js";
import type { TagStore } from "../tags.js";
import { describeProcessingJob, type ProcessingJob, type ProcessingRequest } from "./job.js";
import { processingCommand, runProcessingJob } from "./run-job.js";

/** Processing jobs: the operations, and what the server's life needs. */
export interface ProcessingService {
  readonly operations: JsonOperations;
  settled(): Promise<void>;
}

/** Makes the processing operations over the stored jobs. */
export function createProcessingService(cloud: Cloud, tags: TagStore): ProcessingService {
  const jobs = cloud.records.open<ProcessingJob>("processing-jobs");
  const end = (job: ProcessingJob, change: Partial<ProcessingJob>): ProcessingJob => {
    const now = Date.now();
    return { ...job, ...change, endedMs: now, modified: now };
  };
  const runner = createJobRunner<ProcessingJob>(
    cloud,
    jobs,
    async (job, stop) => {
      const outcome = await runProcessingJob(cloud, job, stop, () => {
        runner.change(job.name, (current) => ({ ...current, startedMs: Date.now(), modified: Date.now() }));
      });
      cloud.logger.info(`Processing job ${job.name}: ${outcome.failureReason ?? outcome.status}`);
      return (current) => end(current, outcome);
    },
    (job, failureReason) => end(job, { status: "Failed", failureReason }),
  );
  const find = (input: JsonInput): ProcessingJob => {
    const name = input.ProcessingJobName as string;
    const job = jobs.get(name);
    if (job === undefined)
      throw new AwsError("ValidationException", `Could not find requested job with name: ${name}`);
    return job;
  };

  return {
    settled: runner.settled,
    operations: {
      async CreateProcessingJob(input) {
        const request = input as unknown as ProcessingRequest;
        const name = request.ProcessingJobName;
        refuseTwin(jobs, name, "processing");
        processingCommand(cloud, request);
        await checkRequest(cloud, request);
        refuseTwin(jobs, name, "processing");
        const now = Date.now();
        const jobArn = arn(cloud, "sagemaker", `processing-job/${name.toLowerCase()}`);
        const job: ProcessingJob = {
          name,
          arn: jobArn,
          request: input,
          created: now,
          modified: now,
          status: "InProgress",
        };
        tags.create(jobArn, input);
        jobs.set(name, job);
        runner.start(job);
        return { ProcessingJobArn: jobArn };
      },
      DescribeProcessingJob: (input) => describeProcessingJob(find(input)),
      ListProcessingJobs(input) {
        const page = listPage(jobs.all(), input);
        return {
          ProcessingJobSummaries: page.items.map((job) => ({
            ProcessingJobName: job.name,
            ProcessingJobArn: job.arn,
            CreationTime: seconds(job.created),
            LastModifiedTime: seconds(job.modified),
            ProcessingEndTime: job.endedMs === undefined ? undefined : seconds(job.endedMs),
            ProcessingJobStatus: job.status,
            FailureReason: job.failureReason,
            ExitMessage: job.exitMessage,
          })),
          NextToken: page.nextToken,
        };
      },
      StopProcessingJob(input) {
        const job = find(input);
        if (!mayStop(job, "processing")) return {};
        runner.change(job.name, (current) => ({ ...current, status: "Stopping", modified: Date.now() }));
        runner.stop(job.name);
        return {};
      },
      DeleteProcessingJob(input) {
        const job = find(input);
        refuseRunning(job, "processing");
        jobs.delete(job.name);
        tags.remove(job.arn);
        return {};
      },
    },
  };
}

async function checkRequest(cloud: Cloud, request: ProcessingRequest): Promise<void> {
  for (const { InputName: name, S3Input: source } of request.ProcessingInputs ?? []) {
    checkSource(source, source?.S3InputMode ?? "File", source?.S3CompressionType, name);
    if (source!.LocalPath !== undefined) localPath("/", source!.LocalPath);
    await listInput(cloud.objects, source!, request.RoleArn);
  }
  for (const { OutputName: name, S3Output: target } of request.ProcessingOutputConfig?.Outputs ?? []) {
    if (target === undefined) {
      throw new AwsError(
        "ValidationException",
        `The local SageMaker does not implement an output that is not S3 (output "${name}").`,
      );
    }
    if (target.LocalPath !== undefined) localPath("/", target.LocalPath);
  }
}
