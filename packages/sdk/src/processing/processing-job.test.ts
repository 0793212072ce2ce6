import "../../test/support/with-log.js";
import { expect, test } from "vitest";
import { missing, quick, Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import {
  InvalidInputError,
  ProcessingJobFailedError,
  ResourceConflictError,
  WaitTimeoutError,
} from "../errors.js";
import { containerImage } from "../images/container-image.js";
import { deleteProcessingJob } from "./delete-processing-job.js";
import { type ProcessingJobOptions, startProcessingJob } from "./start-processing-job.js";
import { stopProcessingJob } from "./stop-processing-job.js";
import { waitForProcessingJob } from "./wait-for-processing-job.js";

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
  const { events, result: done } = await follow(waitForProcessingJob(session, "p", quick));
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

test("stops a processing job; one that has ended stays as it is; none is an error", async () => {
  aws.on("StopProcessingJob", () => ({}));
  aws.on("DescribeProcessingJob", (_input, count) => ({
    ProcessingJobStatus: count === 0 ? "Stopping" : "Stopped",
  }));
  expect(await stopProcessingJob(session, "p", quick)).toBe("Stopped");
  aws.on("StopProcessingJob", () => new Refusal(400, "ValidationException", "already in a terminal status"));
  expect(
    await stopProcessingJob(session, { kind: "processing-job", name: "p", arn: "", outputs: {} }, quick),
  ).toBe("Stopped");
  aws.on("StopProcessingJob", () => missing("processing job"));
  await expect(stopProcessingJob(session, "p", quick)).rejects.toThrow(/Could not find processing job/);
});

test("tells lines that reach the log after the job has ended, until it is quiet", async () => {
  aws.on("DescribeProcessingJob", () => ({ ProcessingJobStatus: "Completed" }));
  // A line with the first read, none with the second, one more with the third.
  aws.on("GetLogEvents", (_input, count) => ({
    events: count === 0 || count === 2 ? [{ timestamp: count, message: `line ${count}` }] : [],
    nextForwardToken: "end",
  }));
  const { events } = await follow(waitForProcessingJob(session, "p", quick));
  expect(events.map((event) => (event.kind === "log" ? event.message : event.kind))).toEqual([
    "line 0",
    "line 2",
    "status",
  ]);
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
