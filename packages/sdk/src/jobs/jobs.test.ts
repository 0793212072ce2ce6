import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, type Input, missing, quick, Refusal } from "../../test/support/fake-aws.js";
import {
  InvalidInputError,
  ProcessingJobFailedError,
  ResourceConflictError,
  TransformJobFailedError,
  WaitTimeoutError,
} from "../errors.js";
import { containerImage } from "../images/image-uri.js";
import type { Session } from "../session.js";
import type { JobEvent } from "./job-watch.js";
import { packOnInstances, type ShardedPackingOptions } from "./sharded-jobs.js";
import { type ProcessingJobOptions, startProcessingJob } from "./start-processing-job.js";
import {
  startTransformJob,
  stopTransformJob,
  type TransformJobOptions,
  waitForTransformJob,
} from "./transform-job.js";
import { deleteProcessingJob, waitForProcessingJob } from "./wait-for-processing-job.js";

let aws: FakeAws;
let session: Session;
beforeEach(async () => {
  aws = await FakeAws.start();
  session = await aws.session();
  aws.on("DescribeLogStreams", () => ({ logStreams: [{ logStreamName: "p/algo-1" }] }));
  aws.on("GetLogEvents", ({ nextToken }) => ({
    events: nextToken === undefined ? [{ timestamp: 1, message: "part 1 of 2" }] : [],
    nextForwardToken: "end",
  }));
});
afterEach(() => aws.stop());

const processing: ProcessingJobOptions = {
  image: containerImage("sightline:1"),
  command: ["process"],
  args: ["--parts", "2"],
  inputs: { images: { uri: "s3://drivers/images/", distribution: "ShardedByS3Key" } },
  outputs: { rec: { uri: "s3://drivers/rec/", upload: "Continuous" } },
  instance: { type: "ml.m5.xlarge", count: 2 },
};

test("a processing job gives each instance its share", async () => {
  aws.on("CreateProcessingJob", () => ({ ProcessingJobArn: "arn" }));
  const job = await startProcessingJob(session, processing);
  expect(job).toMatchObject({ kind: "processing-job", arn: "arn", outputs: { rec: "s3://drivers/rec/" } });
  expect(aws.inputs("CreateProcessingJob")[0]).toMatchObject({
    ProcessingJobName: job.name,
    AppSpecification: {
      ImageUri: "sightline:1",
      ContainerEntrypoint: ["process"],
      ContainerArguments: ["--parts", "2"],
    },
    ProcessingInputs: [
      {
        InputName: "images",
        S3Input: {
          S3Uri: "s3://drivers/images/",
          LocalPath: "/opt/ml/processing/input/images",
          S3DataDistributionType: "ShardedByS3Key",
        },
      },
    ],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: "rec",
          S3Output: { LocalPath: "/opt/ml/processing/output/rec", S3UploadMode: "Continuous" },
        },
      ],
    },
    ProcessingResources: { ClusterConfig: { InstanceCount: 2 } },
  });
});

test("waits for a processing job and hands its log on", async () => {
  aws.on("DescribeProcessingJob", (_input, count) => ({
    ProcessingJobStatus: count < 3 ? "InProgress" : "Completed",
    ProcessingStartTime: 100,
    ProcessingEndTime: 112,
    ExitMessage: "2 parts",
  }));
  const events: JobEvent[] = [];
  const done = await waitForProcessingJob(session, "p", { ...quick, onEvent: (event) => events.push(event) });
  expect(done).toEqual({ name: "p", status: "Completed", exitMessage: "2 parts", seconds: 12 });
  expect(events).toContainEqual({
    kind: "log",
    stream: "algo-1",
    timestamp: new Date(1),
    message: "part 1 of 2",
  });
  expect(events.filter((event) => event.kind === "log")).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ kind: "status", status: "Completed" });
});

test("a processing job that fails, and one that takes too long, are errors", async () => {
  aws.on("DescribeProcessingJob", () => ({ ProcessingJobStatus: "Failed", FailureReason: "out of disk" }));
  const error = await waitForProcessingJob(session, "p", quick).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ProcessingJobFailedError);
  expect(error.message).toMatch(/^Processing job p ended Failed: out of disk\nLast log lines:\n {2}part 1/);
  aws.on("DescribeProcessingJob", () => ({ ProcessingJobStatus: "InProgress" }));
  await expect(waitForProcessingJob(session, "p", { ...quick, timeoutMs: 30 })).rejects.toThrow(
    WaitTimeoutError,
  );
});

test.each<[string, Partial<ProcessingJobOptions>]>([
  ["name", { name: "a_b" }],
  ["instance.type", { instance: { type: "m5.large" } }],
  ["maxRuntimeSeconds", { maxRuntimeSeconds: 777_601 }],
  ["images", { inputs: { images: { uri: "images/" } } }],
  ["args", { args: ["x".repeat(257)] }],
])("a processing job with a wrong %s is refused before the first request", async (field, wrong) => {
  const error = await startProcessingJob(session, { ...processing, ...wrong }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});

test("a request sent again by the client makes one job; a name that is taken is a conflict", async () => {
  aws.on("CreateProcessingJob", () => new Refusal(400, "ResourceInUse", "exists"));
  aws.on("DescribeProcessingJob", () => ({ ProcessingJobArn: "arn" }));
  expect((await startProcessingJob(session, processing)).arn).toBe("arn");
  await expect(startProcessingJob(session, { ...processing, name: "p" })).rejects.toThrow(
    ResourceConflictError,
  );
});

test("deletes a processing job's record, stopping it first", async () => {
  aws.on("DescribeProcessingJob", (_input, count) => ({
    ProcessingJobStatus: count === 0 ? "InProgress" : "Stopped",
  }));
  aws.on("StopProcessingJob", () => ({}));
  aws.on("DeleteProcessingJob", () => ({}));
  expect(await deleteProcessingJob(session, "p", quick)).toBe(true);
  expect(aws.operations()).toContain("StopProcessingJob");
  aws.on("DescribeProcessingJob", () => missing("processing job"));
  expect(await deleteProcessingJob(session, "p", quick)).toBe(false);
});

const transform: TransformJobOptions = {
  model: "drivers",
  input: { uri: "s3://drivers/images/", contentType: "application/x-image" },
  output: { uri: "s3://drivers/predictions/", accept: "application/json" },
  instance: { type: "ml.m5.xlarge" },
};

test("a transform job sends a folder through a model", async () => {
  aws.on("CreateTransformJob", () => ({ TransformJobArn: "arn" }));
  const job = await startTransformJob(session, { ...transform, maxConcurrent: 4, invocationRetries: 0 });
  const [sent] = aws.inputs("CreateTransformJob") as [Input];
  expect(sent).toMatchObject({
    TransformJobName: job.name,
    ModelName: "drivers",
    MaxConcurrentTransforms: 4,
    MaxPayloadInMB: 6,
    ModelClientConfig: { InvocationsMaxRetries: 0 },
    TransformInput: {
      ContentType: "application/x-image",
      SplitType: "None",
      DataSource: { S3DataSource: { S3Uri: "s3://drivers/images/" } },
    },
    TransformOutput: { S3OutputPath: "s3://drivers/predictions/", Accept: "application/json" },
    TransformResources: { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
  });
  expect(sent.BatchStrategy).toBeUndefined();
});

test("waits for a transform job, and tells why one failed", async () => {
  aws.on("DescribeTransformJob", (_input, count) => ({
    TransformJobStatus: count < 2 ? "InProgress" : "Completed",
    TransformOutput: { S3OutputPath: "s3://drivers/predictions/" },
  }));
  expect(await waitForTransformJob(session, "t", quick)).toEqual({
    name: "t",
    status: "Completed",
    outputUri: "s3://drivers/predictions/",
  });
  aws.on("DescribeTransformJob", () => ({ TransformJobStatus: "Failed", FailureReason: "ClientError" }));
  await expect(waitForTransformJob(session, "t", quick)).rejects.toThrow(TransformJobFailedError);
});

test("stops a transform job; one that has ended stays as it is; none is an error", async () => {
  aws.on("StopTransformJob", () => ({}));
  aws.on("DescribeTransformJob", (_input, count) => ({
    TransformJobStatus: count === 0 ? "Stopping" : "Stopped",
  }));
  expect(await stopTransformJob(session, "t", quick)).toBe("Stopped");
  aws.on("StopTransformJob", () => new Refusal(400, "ValidationException", "already in a terminal status"));
  expect(await stopTransformJob(session, "t", quick)).toBe("Stopped");
  aws.on("StopTransformJob", () => new Refusal(400, "ResourceNotFound", "no such job"));
  await expect(stopTransformJob(session, "t", quick)).rejects.toThrow(/no such job/);
});

test.each<[string, Partial<TransformJobOptions>]>([
  ["maxPayloadMb", { maxPayloadMb: 101 }],
  ["input.uri", { input: { uri: "images/", contentType: "image/jpeg" } }],
  ["invocationRetries", { invocationRetries: 4 }],
])("a transform job with a wrong %s is refused before the first request", async (field, wrong) => {
  const error = await startTransformJob(session, { ...transform, ...wrong }).catch((thrown) => thrown);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});

const sharded: ShardedPackingOptions = {
  image: containerImage("sightline:1"),
  imagesUri: "s3://drivers/images/",
  outputUri: "s3://drivers/channels/train",
  instance: { type: "ml.m5.xlarge", count: 4 },
  ...quick,
};

test("packing in shares runs two jobs, keeps the shares apart from the result, and removes them", async () => {
  aws.s3.put("drivers", "channels/train/other.rec", "");
  aws.on("CreateProcessingJob", (input) => {
    const [output] = input.ProcessingOutputConfig.Outputs;
    const prefix = output.S3Output.S3Uri.slice("s3://drivers/".length);
    aws.s3.put("drivers", `${prefix}train.rec`, "records");
    return { ProcessingJobArn: "arn" };
  });
  aws.on("DescribeProcessingJob", () => ({
    ProcessingJobStatus: "Completed",
    ExitMessage: "4 parts, checked",
  }));
  const done = await packOnInstances(session, { ...sharded, jobName: "p1", resize: 210, onError: "skip" });
  expect(done).toEqual({
    files: ["s3://drivers/channels/train/train.rec"],
    message: "4 parts, checked",
    jobNames: ["p1-parts", "p1-join"],
  });
  const [share, join] = aws.inputs("CreateProcessingJob") as [Input, Input];
  expect(share.AppSpecification).toMatchObject({
    ContainerEntrypoint: ["process"],
    ContainerArguments: ["pack", "--name", "train", "--resize", "210", "--on-error", "skip"],
  });
  expect(share.ProcessingResources.ClusterConfig.InstanceCount).toBe(4);
  expect(join.ProcessingResources.ClusterConfig.InstanceCount).toBe(1);
  expect(join.ProcessingInputs[0].S3Input.S3Uri).toBe("s3://drivers/sightline-shares/p1/parts/");
  expect([...aws.s3.bucket("drivers").keys()]).toEqual([
    "channels/train/other.rec",
    "channels/train/train.rec",
  ]);
});

test("a share that fails ends it before the joining, and leaves the shares for a look", async () => {
  aws.s3.bucket("drivers");
  aws.on("CreateProcessingJob", () => ({ ProcessingJobArn: "arn" }));
  aws.on("DescribeProcessingJob", () => ({
    ProcessingJobStatus: "Failed",
    ExitMessage: "img_7.jpg is broken",
  }));
  await expect(packOnInstances(session, sharded)).rejects.toThrow(/img_7\.jpg is broken/);
  expect(aws.inputs("CreateProcessingJob")).toHaveLength(1);
});

test.each<[string, Partial<ShardedPackingOptions>]>([
  ["instance.count", { instance: { type: "ml.m5.xlarge", count: 1 } }],
  ["name", { name: "a/b" }],
  ["quality", { quality: 101 }],
  ["jobName", { jobName: "a_b" }],
  ["outputUri", { outputUri: "out/" }],
])("packing in shares with a wrong %s is refused before the first request", async (field, wrong) => {
  const error = await packOnInstances(session, { ...sharded, ...wrong }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});
