import type { Cloud } from "../../cloud.js";
import { localPath } from "../../containers/container-path.js";
import { AwsError } from "../../errors.js";
import { createJobService } from "../jobs/job-service.js";
import { optionalDate } from "../jobs/job-times.js";
import { listInput, requireSource } from "../jobs/s3-input.js";
import type { SageMakerOperations } from "../operation-types.js";
import type { TagStore } from "../tags.js";
import type { ProcessingOperation } from "./honoured-inputs.js";
import {
  describeProcessingJob,
  type ProcessingJob,
  type ProcessingRequest,
  processingCommand,
} from "./job.js";
import { runProcessingJob } from "./run-job.js";

/** Processing jobs: the operations, and what the server's life needs. */
export interface ProcessingService {
  readonly operations: SageMakerOperations<ProcessingOperation>;
  /** Resolves when every running job has ended. */
  settled(): Promise<void>;
}

/** Makes the processing operations over the stored jobs. */
export function createProcessingService(cloud: Cloud, tags: TagStore): ProcessingService {
  const jobs = createJobService<ProcessingRequest, ProcessingJob>(cloud, tags, {
    noun: "processing",
    listed: "Ascending",
    notFound: (name) => `Could not find requested job with name: ${name}`,
    async accept(request) {
      await checkRequest(cloud, request);
      return {};
    },
    run: (job, stop, change) => runProcessingJob(cloud, job, stop, change),
  });
  return {
    settled: jobs.settled,
    operations: {
      CreateProcessingJob: async (input) => ({
        ProcessingJobArn: await jobs.create(input.ProcessingJobName, input),
      }),
      DescribeProcessingJob: (input) => describeProcessingJob(jobs.find(input.ProcessingJobName)),
      ListProcessingJobs(input) {
        const { items, nextToken } = jobs.page(input);
        return {
          ProcessingJobSummaries: items.map((job) => ({
            ProcessingJobName: job.name,
            ProcessingJobArn: job.arn,
            CreationTime: new Date(job.created),
            LastModifiedTime: new Date(job.modified),
            ProcessingEndTime: optionalDate(job.endedMs),
            ProcessingJobStatus: job.status,
            FailureReason: job.failureReason,
            ExitMessage: job.exitMessage,
          })),
          NextToken: nextToken,
        };
      },
      StopProcessingJob(input) {
        jobs.stop(input.ProcessingJobName);
        return {};
      },
      DeleteProcessingJob(input) {
        jobs.remove(input.ProcessingJobName);
        return {};
      },
    },
  };
}

async function checkRequest(cloud: Cloud, request: ProcessingRequest): Promise<void> {
  await cloud.containers.check(processingCommand(request));
  for (const { InputName: name, S3Input: input } of request.ProcessingInputs ?? []) {
    const source = requireSource(input, name);
    if (source.LocalPath !== undefined) localPath("/", source.LocalPath);
    await listInput(cloud.objects, source, request.RoleArn);
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
