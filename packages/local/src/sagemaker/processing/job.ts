import type { ContainerCommand } from "../../containers/container.js";
import type { Job } from "../jobs/job-service.js";
import { optionalDate } from "../jobs/job-times.js";
import type { SageMakerInput, SageMakerOutput } from "../operation-types.js";

/** MaxRuntimeInSeconds when the job does not say: 1 day. */
export const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;

/** Log group of processing jobs. */
export const PROCESSING_LOG_GROUP = "/aws/sagemaker/ProcessingJobs";

/** The CreateProcessingJob call. */
export type ProcessingRequest = SageMakerInput<"CreateProcessingJob">;

/** A processing job as it is kept. */
export interface ProcessingJob extends Job<ProcessingRequest> {
  /** What its program wrote for the caller. */
  readonly exitMessage?: string;
}

/** What DescribeProcessingJob answers. */
export function describeProcessingJob(job: ProcessingJob): SageMakerOutput<"DescribeProcessingJob"> {
  const { Tags: _tags, ...request } = job.request;
  const { ProcessingOutputConfig: outputs } = request;
  return {
    ...request,
    // What the caller left out is there all the same, as on AWS: clients read it without looking.
    ProcessingInputs: request.ProcessingInputs?.map((input) => ({
      AppManaged: false,
      ...input,
      S3Input: input.S3Input && {
        S3DataDistributionType: "FullyReplicated",
        S3CompressionType: "None",
        S3InputMode: "File",
        ...input.S3Input,
      },
    })),
    ProcessingOutputConfig: outputs && {
      KmsKeyId: "",
      ...outputs,
      Outputs: outputs.Outputs.map((output) => ({ AppManaged: false, ...output })),
    },
    ProcessingJobArn: job.arn,
    ProcessingJobStatus: job.status,
    FailureReason: job.failureReason,
    ExitMessage: job.exitMessage,
    CreationTime: new Date(job.created),
    LastModifiedTime: new Date(job.modified),
    ProcessingStartTime: optionalDate(job.startedMs),
    ProcessingEndTime: optionalDate(job.endedMs),
  };
}

/** What the containers of a processing job run. */
export function processingCommand({ AppSpecification: app }: ProcessingRequest): ContainerCommand {
  return {
    image: app.ImageUri,
    program: "process",
    entrypoint: app.ContainerEntrypoint,
    args: app.ContainerArguments,
  };
}
