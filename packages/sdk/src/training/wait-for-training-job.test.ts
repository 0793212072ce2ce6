import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { type Input, quick, Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { TrainingJobFailedError } from "../errors.js";
import { waitForTrainingJob } from "./wait-for-training-job.js";

const ARN = "arn:aws:sagemaker:us-east-1:111122223333:training-job/x";

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
  const patient = await aws.session({ maxAttempts: 1 });
  const { events, result: done } = await follow(waitForTrainingJob(patient, "x", quick));
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
  const { events } = await follow(waitForTrainingJob(session, "x", quick));
  expect(events.map((event) => event.kind)).toEqual(["warning", "status"]);
});

test("leaving the loop ends the watching; an abort may stop the job, and leaves no listener", async () => {
  simulateJob({ TrainingJobStatus: "Completed" });
  const patient = await aws.session({ maxAttempts: 1 });
  const controller = new AbortController();
  const left = waitForTrainingJob(patient, "x", { ...quick, signal: controller.signal });
  for await (const event of left) {
    expect(event.kind).toBe("status");
    break;
  }
  await expect(left).rejects.toThrow(/loop over the events was left/);
  expect(aws.inputs("StopTrainingJob")).toEqual([]);

  aws.on("DescribeTrainingJob", () => ({ TrainingJobStatus: "InProgress", SecondaryStatus: "Training" }));
  aws.on("StopTrainingJob", () => ({}));
  const reason = new Error("Ctrl-C");
  const waiting = waitForTrainingJob(patient, "x", {
    signal: controller.signal,
    stopOnAbort: true,
  });
  await expect(follow(waiting, () => controller.abort(reason))).rejects.toBe(reason);
  expect(aws.inputs("StopTrainingJob")).toEqual([{ TrainingJobName: "x" }]);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("with stopOnAbort a job is stopped too when the loop is left, or the signal has aborted before the wait", async () => {
  aws.on("DescribeTrainingJob", () => ({ TrainingJobStatus: "InProgress", SecondaryStatus: "Training" }));
  aws.on("DescribeLogStreams", () => ({ logStreams: [] }));
  aws.on("StopTrainingJob", () => ({}));
  for await (const _event of waitForTrainingJob(session, "left", { ...quick, stopOnAbort: true })) break;
  const reason = new Error("Ctrl-C");
  const late = waitForTrainingJob(session, "late", { signal: AbortSignal.abort(reason), stopOnAbort: true });
  await expect(late).rejects.toBe(reason);
  expect(aws.inputs("StopTrainingJob")).toEqual([{ TrainingJobName: "left" }, { TrainingJobName: "late" }]);
});

test("what the program warns of is a warning too, in this project's form and in the built-in algorithm's", async () => {
  aws.on("DescribeTrainingJob", () => ({
    TrainingJobStatus: "Completed",
    ModelArtifacts: { S3ModelArtifacts: "s3://drivers/m.tar.gz" },
  }));
  aws.on("DescribeLogStreams", () => ({ logStreams: [{ logStreamName: "x/algo-1" }] }));
  aws.on("GetLogEvents", ({ nextToken }) => ({
    events:
      nextToken === undefined
        ? [
            { timestamp: 1, message: "[11/28/2026 15:00:00 INFO 7] Warning: num_training_samples is 9" },
            { timestamp: 2, message: "[11/28/2026 15:00:00 WARNING 140] mini_batch_size is large" },
            { timestamp: 3, message: "[11/28/2026 15:00:00 INFO 7] No Warning: here" },
          ]
        : [],
    nextForwardToken: "end",
  }));
  const { events } = await follow(waitForTrainingJob(session, "x", quick));
  expect(events.flatMap((event) => (event.kind === "warning" ? event.message : []))).toEqual([
    "num_training_samples is 9",
    "mini_batch_size is large",
  ]);
});
