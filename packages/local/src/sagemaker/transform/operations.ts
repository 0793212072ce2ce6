import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { parseS3Uri } from "../../objects/objects.js";
import type { RecordStore } from "../../state/record-store.js";
import { findModel, type Model } from "../hosting/models.js";
import { createJobService } from "../jobs/job-service.js";
import { optionalDate } from "../jobs/job-times.js";
import { listInput, requireSource } from "../jobs/s3-input.js";
import type { SageMakerOperations } from "../operation-types.js";
import type { TagStore } from "../tags.js";
import type { TransformOperation } from "./honoured-inputs.js";
import { describeTransformJob, type TransformJob, type TransformRequest } from "./job.js";
import { runTransformJob } from "./run-job.js";

/** Batch transform jobs: the operations, and what the server's life needs. */
export interface TransformService {
  readonly operations: SageMakerOperations<TransformOperation>;
  /** Resolves when every running job has ended. */
  settled(): Promise<void>;
}

/** Makes the transform operations over the stored jobs. */
export function createTransformService(
  cloud: Cloud,
  tags: TagStore,
  models: RecordStore<Model>,
): TransformService {
  const jobs = createJobService<TransformRequest, TransformJob>(cloud, tags, {
    noun: "transform",
    listed: "Descending",
    notFound: () => "Requested resource not found.",
    async accept(request) {
      const model = findModel(cloud, models, request.ModelName);
      const { bucket } = parseS3Uri(request.TransformOutput.S3OutputPath);
      if (!(await cloud.objects.hasBucket(bucket))) {
        throw new AwsError("ValidationException", `The output bucket "${bucket}" does not exist.`);
      }
      const source = requireSource(request.TransformInput.DataSource.S3DataSource, "TransformInput");
      await listInput(cloud.objects, source, "");
      return { model };
    },
    run: (job, stop, change) =>
      runTransformJob(cloud, job, stop, () => change(() => ({ startedMs: Date.now() }))),
  });
  return {
    settled: jobs.settled,
    operations: {
      CreateTransformJob: async (input) => ({
        TransformJobArn: await jobs.create(input.TransformJobName, input),
      }),
      DescribeTransformJob: (input) => describeTransformJob(jobs.find(input.TransformJobName)),
      ListTransformJobs(input) {
        const { items, nextToken } = jobs.page(input);
        return {
          TransformJobSummaries: items.map((job) => ({
            TransformJobName: job.name,
            TransformJobArn: job.arn,
            CreationTime: new Date(job.created),
            LastModifiedTime: new Date(job.modified),
            TransformEndTime: optionalDate(job.endedMs),
            TransformJobStatus: job.status,
            FailureReason: job.failureReason,
          })),
          NextToken: nextToken,
        };
      },
      StopTransformJob(input) {
        jobs.stop(input.TransformJobName);
        return {};
      },
    },
  };
}
