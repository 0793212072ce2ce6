import { arn, type Cloud, seconds } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { parseS3Uri } from "../../s3/transfer.js";
import type { RecordStore } from "../../state/record-store.js";
import type { JsonInput, JsonOperations } from "../../wire/json-service.js";
import type { Model } from "../hosting/models.js";
import { mayStop, refuseTwin } from "../jobs/job-rules.js";
import { createJobRunner } from "../jobs/job-runner.js";
import { checkSource, listInput } from "../jobs/s3-input.js";
import { listPage } from "../listing.js";
import type { TagStore } from "../tags.js";
import { describeTransformJob, type TransformJob, type TransformRequest } from "./job.js";
import { runTransformJob } from "./run-job.js";

/** Batch transform jobs: the operations, and what the server's life needs. */
export interface TransformService {
  readonly operations: JsonOperations;
  settled(): Promise<void>;
}

/** Makes the transform operations over the stored jobs. */
export function createTransformService(
  cloud: Cloud,
  tags: TagStore,
  models: RecordStore<Model>,
): TransformService {
  const jobs = cloud.records.open<TransformJob>("transform-jobs");
  const end = (job: TransformJob, change: Partial<TransformJob>): TransformJob => {
    const now = Date.now();
    return { ...job, ...change, endedMs: now, modified: now };
  };
  const runner = createJobRunner<TransformJob>(
    cloud,
    jobs,
    async (job, stop) => {
      const outcome = await runTransformJob(cloud, job, stop, () => {
        runner.change(job.name, (current) => ({ ...current, startedMs: Date.now(), modified: Date.now() }));
      });
      cloud.logger.info(`Transform job ${job.name}: ${outcome.failureReason ?? outcome.status}`);
      return (current) => end(current, outcome);
    },
    (job, failureReason) => end(job, { status: "Failed", failureReason }),
  );
  const find = (input: JsonInput): TransformJob => {
    const job = jobs.get(input.TransformJobName as string);
    if (job === undefined) throw new AwsError("ValidationException", "Requested resource not found.");
    return job;
  };

  return {
    settled: runner.settled,
    operations: {
      async CreateTransformJob(input) {
        const request = input as unknown as TransformRequest;
        const name = request.TransformJobName;
        const model = models.get(request.ModelName);
        if (model === undefined) {
          const modelArn = arn(cloud, "sagemaker", `model/${request.ModelName.toLowerCase()}`);
          throw new AwsError("ValidationException", `Could not find model "${modelArn}".`);
        }
        refuseTwin(jobs, name, "transform");
        await checkRequest(cloud, request);
        refuseTwin(jobs, name, "transform");
        const now = Date.now();
        const jobArn = arn(cloud, "sagemaker", `transform-job/${name.toLowerCase()}`);
        const job: TransformJob = {
          name,
          arn: jobArn,
          request: input,
          model,
          created: now,
          modified: now,
          status: "InProgress",
        };
        tags.create(jobArn, input);
        jobs.set(name, job);
        runner.start(job);
        return { TransformJobArn: jobArn };
      },
      DescribeTransformJob: (input) => describeTransformJob(find(input)),
      ListTransformJobs(input) {
        const page = listPage(jobs.all(), input);
        return {
          TransformJobSummaries: page.items.map((job) => ({
            TransformJobName: job.name,
            TransformJobArn: job.arn,
            CreationTime: seconds(job.created),
            LastModifiedTime: seconds(job.modified),
            TransformEndTime: job.endedMs === undefined ? undefined : seconds(job.endedMs),
            TransformJobStatus: job.status,
            FailureReason: job.failureReason,
          })),
          NextToken: page.nextToken,
        };
      },
      StopTransformJob(input) {
        const job = find(input);
        if (!mayStop(job, "transform")) return {};
        runner.change(job.name, (current) => ({ ...current, status: "Stopping", modified: Date.now() }));
        runner.stop(job.name);
        return {};
      },
    },
  };
}

async function checkRequest(cloud: Cloud, request: TransformRequest): Promise<void> {
  const refuse = (what: string) => {
    throw new AwsError(
      "ValidationException",
      `The local SageMaker does not implement ${what} of a transform job.`,
    );
  };
  const {
    DataSource: source,
    SplitType: split = "None",
    CompressionType: compression,
  } = request.TransformInput;
  if (split !== "None" && split !== "Line") refuse(`SplitType ${split}`);
  const {
    InputFilter: input = "$",
    OutputFilter: output = "$",
    JoinSource: join = "None",
  } = request.DataProcessing ?? {};
  if (input !== "$" || output !== "$" || join !== "None") refuse("DataProcessing");
  checkSource(source.S3DataSource, "File", compression, "TransformInput");
  const { bucket } = parseS3Uri(request.TransformOutput.S3OutputPath);
  if (!cloud.objects.buckets.has(bucket)) {
    throw new AwsError("ValidationException", `The output bucket "${bucket}" does not exist.`);
  }
  await listInput(cloud.objects, source.S3DataSource, "");
}
