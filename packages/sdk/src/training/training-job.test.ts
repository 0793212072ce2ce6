import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, type Input, missing, quick, Refusal } from "../../test/support/fake-aws.js";
import {
  InvalidInputError,
  RegionNotOfferedError,
  ResourceConflictError,
  TrainingJobFailedError,
} from "../errors.js";
import { containerImage } from "../images/image-uri.js";
import type { Session } from "../session.js";
import { fileChannel, recordIOChannel } from "./channels.js";
import { deleteTrainingJob, stopTrainingJob } from "./end-training-job.js";
import { imageClassification } from "./image-classification.js";
import { startTrainingJob } from "./start-training-job.js";
import type { TrainingEvent } from "./training-job.js";
import type { TrainingJobOptions } from "./training-options.js";
import { waitForTrainingJob, watchTrainingJob } from "./watch-training-job.js";

let aws: FakeAws;
let session: Session;
beforeEach(async () => {
  aws = await FakeAws.start();
  session = await aws.session();
});
afterEach(() => aws.stop());

const options: TrainingJobOptions = {
  algorithm: imageClassification({ numClasses: 10, numTrainingSamples: 1567, epochs: 2 }),
  channels: {
    train: recordIOChannel("s3://drivers/channels/train/"),
    validation: recordIOChannel("s3://drivers/channels/validation/"),
    labels: fileChannel("s3://drivers/labels.json"),
  },
  instance: { type: "ml.p3.2xlarge" },
};
const ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/x";

test("creates the job that was described", async () => {
  aws.on("CreateTrainingJob", () => ({ TrainingJobArn: ARN }));
  const job = await startTrainingJob(session, options);
  const [sent] = aws.inputs("CreateTrainingJob") as [Input];
  expect(sent).toMatchObject({
    TrainingJobName: job.name,
    AlgorithmSpecification: {
      TrainingImage: "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1",
      TrainingInputMode: "File",
    },
    HyperParameters: { num_classes: "10", epochs: "2" },
    OutputDataConfig: { S3OutputPath: "s3://drivers/training/" },
    ResourceConfig: { InstanceType: "ml.p3.2xlarge", InstanceCount: 1, VolumeSizeInGB: 30 },
    RoleArn: "arn:aws:iam::111122223333:role/sagemaker",
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
  });
  expect(sent.AlgorithmSpecification.MetricDefinitions).toBeUndefined();
  expect(sent.InputDataConfig.map((channel: Input) => [channel.ChannelName, channel.ContentType])).toEqual([
    ["train", "application/x-recordio"],
    ["validation", "application/x-recordio"],
    ["labels", undefined],
  ]);
  expect(sent.Tags).toContainEqual({ Key: "sightline:session", Value: "test" });
  expect(job).toMatchObject({ arn: ARN, reused: false, outputUri: "s3://drivers/training/" });
  expect(job.name).toMatch(/^image-classification-\d{8}-\d{6}-[0-9a-f]{6}$/);
});

test("an image of one's own gets the metric definitions, spot its limits, and raw parameters win", async () => {
  aws.on("CreateTrainingJob", () => ({ TrainingJobArn: ARN }));
  await startTrainingJob(session, {
    ...options,
    algorithm: imageClassification({ numClasses: 2, numTrainingSamples: 10, image: containerImage("own:1") }),
    instance: { type: "ml.m5.large" },
    maxRuntimeSeconds: 600,
    spot: { maxWaitSeconds: 900, checkpointUri: "s3://drivers/checkpoints/" },
    aws: { RoleArn: "raw" },
  });
  const [sent] = aws.inputs("CreateTrainingJob") as [Input];
  expect(sent.AlgorithmSpecification.MetricDefinitions).toContainEqual({
    Name: "validation:accuracy",
    Regex: "Epoch\\[\\d+\\] Validation-accuracy=([0-9.eE+-]+|nan)",
  });
  expect(sent).toMatchObject({
    RoleArn: "raw",
    EnableManagedSpotTraining: true,
    StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 900 },
    CheckpointConfig: { S3Uri: "s3://drivers/checkpoints/" },
  });
});

test.each<[string, Partial<TrainingJobOptions>, string]>([
  ["channels", { channels: { train: recordIOChannel("s3://drivers/a/") } }, "validation is missing"],
  ["name", { name: "my_job" }, "an underscore"],
  ["instance.type", { instance: { type: "p3.2xlarge" } }, "no ml."],
  ["instance.type", { instance: { type: "ml.m5.large" } }, "no GPU, which the built-in algorithm needs"],
  ["instance.count", { instance: { type: "ml.p3.2xlarge", count: 0 } }, "no instance"],
  ["maxRuntimeSeconds", { maxRuntimeSeconds: 29 * 86_400 }, "above 28 days"],
  [
    "spot.maxWaitSeconds",
    { maxRuntimeSeconds: 600, spot: { maxWaitSeconds: 599 } },
    "shorter than the training",
  ],
  ["environment", { environment: { "a b": "" } }, "a blank in a name"],
])("refuses %s before the first request (%o: %s)", async (field, wrong) => {
  const error = await startTrainingJob(session, { ...options, ...wrong }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});

test("refuses a channel that is no S3 URI, and a region without the algorithm", async () => {
  expect(() => recordIOChannel("./train.rec")).toThrow(/s3:\/\//);
  const elsewhere = await aws.session({ region: "mx-central-1" });
  await expect(startTrainingJob(elsewhere, options)).rejects.toThrow(RegionNotOfferedError);
  expect(aws.calls).toEqual([]);
});

test("a name of one's own makes the same request give the same job, and another one a conflict", async () => {
  let made: Input | undefined;
  aws.on("DescribeTrainingJob", () =>
    made === undefined ? missing("training job") : { TrainingJobArn: ARN, TrainingJobStatus: "InProgress" },
  );
  aws.on("CreateTrainingJob", (input) => {
    made = input;
    return { TrainingJobArn: ARN };
  });
  aws.on("ListTags", () => ({ Tags: made?.Tags }));
  const named = { ...options, name: "drivers-1" };
  expect((await startTrainingJob(session, named)).reused).toBe(false);
  expect((await startTrainingJob(session, named)).reused).toBe(true);
  expect(aws.inputs("CreateTrainingJob")).toHaveLength(1);
  await expect(startTrainingJob(session, { ...named, instance: { type: "ml.p3.8xlarge" } })).rejects.toThrow(
    /exists already with other settings \(InProgress\)/,
  );
});

test("a failed job of the same name is a conflict that tells the reason", async () => {
  let tags: unknown;
  aws.on("DescribeTrainingJob", () => missing("training job"));
  aws.on("CreateTrainingJob", (input) => {
    tags = input.Tags;
    return { TrainingJobArn: ARN };
  });
  await startTrainingJob(session, { ...options, name: "drivers-1" });
  aws.on("ListTags", () => ({ Tags: tags }));
  aws.on("DescribeTrainingJob", () => ({
    TrainingJobArn: ARN,
    TrainingJobStatus: "Failed",
    FailureReason: "no GPU",
  }));
  const error = await startTrainingJob(session, { ...options, name: "drivers-1" }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ResourceConflictError);
  expect(error.message).toMatch(/ended Failed: no GPU\. .*deleteTrainingJob/);
});

test("an answer that was lost and a request sent again make one job, not an error", async () => {
  let tags: unknown;
  aws.on("CreateTrainingJob", (input, count) => {
    tags = input.Tags;
    return count === 0
      ? new Refusal(500, "InternalFailure", "lost") // It was made all the same.
      : new Refusal(400, "ResourceInUse", "Training job names must be unique");
  });
  aws.on("DescribeTrainingJob", () => ({ TrainingJobArn: ARN, TrainingJobStatus: "InProgress" }));
  aws.on("ListTags", () => ({ Tags: tags }));
  expect(await startTrainingJob(session, options)).toMatchObject({ arn: ARN, reused: false });
});

/** A job that goes through its states, with a log in two streams and two pages. */
function simulateJob(end: Input): void {
  const states = [
    { TrainingJobStatus: "InProgress", SecondaryStatus: "Starting" },
    { TrainingJobStatus: "InProgress", SecondaryStatus: "Training" },
    { TrainingJobStatus: "InProgress", SecondaryStatus: "Training" },
    { TrainingJobStatus: "InProgress", SecondaryStatus: "Uploading" },
    end,
  ];
  aws.on("DescribeTrainingJob", (_input, count) =>
    count === 3
      ? new Refusal(500, "ServiceUnavailable", "later")
      : {
          TrainingJobArn: ARN,
          AlgorithmSpecification: { TrainingImage: "image:1" },
          ...states[Math.min(count, 4)],
        },
  );
  aws.on("DescribeLogStreams", (_input, count) =>
    count === 0
      ? new Refusal(400, "ResourceNotFoundException", "The specified log group does not exist.")
      : { logStreams: [{ logStreamName: "x/algo-1-5" }] },
  );
  const lines = [
    "Epoch[0] Train-accuracy=0.25",
    "Epoch[0] Validation-accuracy=0.5",
    "Epoch[1] Validation-accuracy=0.75",
  ];
  aws.on("GetLogEvents", ({ nextToken, startFromHead }) => {
    if (!startFromHead) return { events: lines.map((message) => ({ timestamp: 1, message })) };
    const at = nextToken === undefined ? 0 : Number(nextToken);
    const next = Math.min(lines.length, at + 1);
    const events = lines
      .slice(at, next)
      .map((message, index) => ({ timestamp: 1000 + at + index, message: `${message}\n` }));
    return { events, nextForwardToken: String(next) };
  });
}

test("tells status, every log line once and the metrics, and returns the model", async () => {
  simulateJob({
    TrainingJobStatus: "Completed",
    SecondaryStatus: "Completed",
    ModelArtifacts: { S3ModelArtifacts: "s3://drivers/training/x/output/model.tar.gz" },
    FinalMetricDataList: [{ MetricName: "validation:accuracy", Value: 0.75 }],
    TrainingTimeInSeconds: 100,
    BillableTimeInSeconds: 102,
  });
  const events: TrainingEvent[] = [];
  const patient = await aws.session({ maxAttempts: 1 });
  const done = await waitForTrainingJob(patient, "x", { ...quick, onEvent: (event) => events.push(event) });
  expect(done).toMatchObject({
    name: "x",
    status: "Completed",
    model: { kind: "model-artifact", uri: "s3://drivers/training/x/output/model.tar.gz", image: "image:1" },
    finalMetrics: { "train:accuracy": 0.25, "validation:accuracy": 0.75 },
    trainingSeconds: 100,
    billableSeconds: 102,
  });
  expect(done.metrics.map((metric) => [metric.name, metric.epoch, metric.value])).toEqual([
    ["train:accuracy", 0, 0.25],
    ["validation:accuracy", 0, 0.5],
    ["validation:accuracy", 1, 0.75],
  ]);
  expect(events.flatMap((event) => (event.kind === "status" ? event.secondaryStatus : []))).toEqual([
    "Starting",
    "Training",
    "Completed",
  ]);
  expect(events.filter((event) => event.kind === "log")).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ kind: "status", status: "Completed" });
});

test("a service that is not well at the first look is asked again", async () => {
  aws.on("DescribeTrainingJob", (_input, count) =>
    count === 0
      ? new Refusal(503, "ServiceUnavailable", "later")
      : { TrainingJobStatus: "Completed", ModelArtifacts: { S3ModelArtifacts: "s3://drivers/m" } },
  );
  const patient = await aws.session({ maxAttempts: 1 });
  const done = await waitForTrainingJob(patient, "x", { ...quick, logs: false });
  expect(done.model.uri).toBe("s3://drivers/m");
});

test("a job that fails is an error with its reason and its last log lines", async () => {
  simulateJob({
    TrainingJobStatus: "Failed",
    SecondaryStatus: "Failed",
    FailureReason: "AlgorithmError: no images",
  });
  const patient = await aws.session({ maxAttempts: 1 });
  const error = await waitForTrainingJob(patient, "x", quick).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(TrainingJobFailedError);
  expect(error).toMatchObject({ jobName: "x", status: "Failed", failureReason: "AlgorithmError: no images" });
  expect(error.message).toContain(
    "Training job x ended Failed: AlgorithmError: no images\nLast log lines:\n  Epoch[0]",
  );
});

test.each([
  ["MaxRuntimeExceeded", /ended Stopped: it ran longer than maxRuntimeSeconds \(600\)/],
  ["MaxWaitTimeExceeded", /it waited and ran longer than spot.maxWaitSeconds \(900\)/],
  ["Stopped", /ended Stopped: it was stopped/],
])("a job that ends as %s says why", async (SecondaryStatus, message) => {
  const StoppingCondition = { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 900 };
  aws.on("DescribeTrainingJob", () => ({ TrainingJobStatus: "Stopped", SecondaryStatus, StoppingCondition }));
  aws.on("DescribeLogStreams", () => ({ logStreams: [] }));
  await expect(waitForTrainingJob(session, "x", quick)).rejects.toThrow(message);
});

test("a log that may not be read is a warning; the job is waited for all the same", async () => {
  aws.on("DescribeTrainingJob", () => ({
    TrainingJobStatus: "Completed",
    ModelArtifacts: { S3ModelArtifacts: "s3://drivers/m.tar.gz" },
  }));
  aws.on("DescribeLogStreams", () => new Refusal(403, "AccessDeniedException", "not you"));
  const events: TrainingEvent[] = [];
  await waitForTrainingJob(session, "x", { ...quick, onEvent: (event) => events.push(event) });
  expect(events.map((event) => event.kind)).toEqual(["warning", "status"]);
});

test("leaving the loop ends the watching; an abort may stop the job, and leaves no listener", async () => {
  simulateJob({ TrainingJobStatus: "Completed" });
  const patient = await aws.session({ maxAttempts: 1 });
  const controller = new AbortController();
  for await (const event of watchTrainingJob(patient, "x", { ...quick, signal: controller.signal })) {
    expect(event.kind).toBe("status");
    break;
  }
  expect(aws.inputs("StopTrainingJob")).toEqual([]);

  aws.on("DescribeTrainingJob", () => ({ TrainingJobStatus: "InProgress", SecondaryStatus: "Training" }));
  aws.on("StopTrainingJob", () => ({}));
  const reason = new Error("Ctrl-C");
  const waiting = waitForTrainingJob(patient, "x", {
    signal: controller.signal,
    stopOnAbort: true,
    onEvent: () => setTimeout(() => controller.abort(reason), 20),
  });
  await expect(waiting).rejects.toBe(reason);
  expect(aws.inputs("StopTrainingJob")).toEqual([{ TrainingJobName: "x" }]);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("stops a job and waits for its end; one that has ended stays as it is", async () => {
  aws.on("StopTrainingJob", () => ({}));
  aws.on("DescribeTrainingJob", (_input, count) => ({
    TrainingJobStatus: count < 2 ? "Stopping" : "Stopped",
  }));
  expect(await stopTrainingJob(session, "x", quick)).toBe("Stopped");
  aws.on("StopTrainingJob", () => new Refusal(400, "ValidationException", "the job is in status Completed"));
  aws.on("DescribeTrainingJob", () => ({ TrainingJobStatus: "Completed" }));
  expect(await stopTrainingJob(session, "x", quick)).toBe("Completed");
  aws.on("StopTrainingJob", () => new Refusal(400, "ValidationException", "Requested resource not found."));
  aws.on(
    "DescribeTrainingJob",
    () => new Refusal(400, "ValidationException", "Requested resource not found."),
  );
  await expect(stopTrainingJob(session, "x", quick)).rejects.toThrow(/not found/);
});

test("deletes a job's record, stopping it first; deleting again is no error", async () => {
  aws.on("StopTrainingJob", () => ({}));
  aws.on("DeleteTrainingJob", () => ({}));
  aws.on("DescribeTrainingJob", (_input, count) => ({
    TrainingJobStatus: count < 2 ? "InProgress" : "Stopped",
  }));
  expect(await deleteTrainingJob(session, "x", quick)).toBe(true);
  expect(aws.operations().at(-1)).toBe("DeleteTrainingJob");
  aws.on("DescribeTrainingJob", () => missing("training job"));
  expect(await deleteTrainingJob(session, "x", quick)).toBe(false);
});
