import type { Model } from "../hosting/models.js";
import type { Job } from "../jobs/job-service.js";
import { optionalDate } from "../jobs/job-times.js";
import type { SageMakerInput, SageMakerOutput } from "../operation-types.js";

/** Log group of transform jobs. */
export const TRANSFORM_LOG_GROUP = "/aws/sagemaker/TransformJobs";

/** The CreateTransformJob call. */
export type TransformRequest = SageMakerInput<"CreateTransformJob">;

/** A batch transform job as it is kept. */
export interface TransformJob extends Job<TransformRequest> {
  /** The model as it was: the job outlives it. */
  readonly model: Model;
}

/** What DescribeTransformJob answers. */
export function describeTransformJob(job: TransformJob): SageMakerOutput<"DescribeTransformJob"> {
  const { Tags: _tags, ...request } = job.request;
  return {
    ...request,
    // What the caller left out is there all the same, as on AWS: clients read it without looking.
    TransformInput: { CompressionType: "None", SplitType: "None", ...request.TransformInput },
    TransformOutput: { AssembleWith: "None", KmsKeyId: "", ...request.TransformOutput },
    DataProcessing: { InputFilter: "$", OutputFilter: "$", JoinSource: "None", ...request.DataProcessing },
    TransformJobArn: job.arn,
    TransformJobStatus: job.status,
    FailureReason: job.failureReason,
    CreationTime: new Date(job.created),
    TransformStartTime: optionalDate(job.startedMs),
    TransformEndTime: optionalDate(job.endedMs),
  };
}
