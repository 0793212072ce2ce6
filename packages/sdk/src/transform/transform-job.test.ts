import "../../test/support/with-log.js";
import { expect, test } from "vitest";
import { type Input, quick, Refusal } from "../../test/support/fake-aws.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { TransformJobFailedError } from "../errors.js";
import { startTransformJob, type TransformJobOptions } from "../transform/start-transform-job.js";
import { stopTransformJob } from "../transform/stop-transform-job.js";
import { waitForTransformJob } from "../transform/wait-for-transform-job.js";

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
