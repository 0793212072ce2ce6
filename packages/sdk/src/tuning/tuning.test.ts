import { expect, test } from "vitest";
import { type Input, quick, Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { InvalidInputError, ResourceConflictError, TuningJobFailedError } from "../errors.js";
import { recordIOChannel } from "../training/channels.js";
import { imageClassification } from "../training/image-classification.js";
import { startTuningJob, type TuningJobOptions } from "./start-tuning-job.js";
import { stopTuningJob } from "./stop-tuning-job.js";
import { waitForTuningJob } from "./wait-for-tuning-job.js";

const options: TuningJobOptions = {
  training: {
    algorithm: imageClassification({
      numClasses: 10,
      numTrainingSamples: 1567,
      learningRate: 0.1,
      epochs: 5,
    }),
    channels: {
      train: recordIOChannel("s3://drivers/train/"),
      validation: recordIOChannel("s3://drivers/validation/"),
    },
    instance: { type: "ml.p3.2xlarge" },
  },
  objective: { metric: "validation:accuracy", direction: "maximize" },
  ranges: {
    learning_rate: { kind: "continuous", min: 1e-4, max: 0.1, scale: "Logarithmic" },
    mini_batch_size: { kind: "integer", min: 16, max: 128 },
    optimizer: { kind: "categorical", values: ["sgd", "adam"] },
  },
  maxJobs: 12,
  maxParallelJobs: 3,
};

test("starts the search that was described; what is tuned is not fixed as well", async () => {
  aws.on("CreateHyperParameterTuningJob", () => ({ HyperParameterTuningJobArn: "arn" }));
  const job = await startTuningJob(session, { ...options, earlyStopping: true });
  expect(job).toMatchObject({ kind: "tuning-job", arn: "arn" });
  expect(job.name.length).toBeLessThanOrEqual(32);
  const [sent] = aws.inputs("CreateHyperParameterTuningJob") as [Input];
  expect(sent).toMatchObject({
    HyperParameterTuningJobName: job.name,
    HyperParameterTuningJobConfig: {
      Strategy: "Bayesian",
      HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "validation:accuracy" },
      ResourceLimits: { MaxNumberOfTrainingJobs: 12, MaxParallelTrainingJobs: 3 },
      TrainingJobEarlyStoppingType: "Auto",
      ParameterRanges: {
        ContinuousParameterRanges: [
          { Name: "learning_rate", MinValue: "0.0001", MaxValue: "0.1", ScalingType: "Logarithmic" },
        ],
        IntegerParameterRanges: [
          { Name: "mini_batch_size", MinValue: "16", MaxValue: "128", ScalingType: "Auto" },
        ],
        CategoricalParameterRanges: [{ Name: "optimizer", Values: ["sgd", "adam"] }],
      },
    },
  });
  const definition = sent.TrainingJobDefinition;
  expect(definition.StaticHyperParameters).toEqual({
    num_classes: "10",
    num_training_samples: "1567",
    epochs: "5",
  });
  expect(definition.AlgorithmSpecification.TrainingImage).toMatch(/^811284229777/);
  expect(definition.HyperParameters).toBeUndefined();
  expect(definition.ResourceConfig.InstanceType).toBe("ml.p3.2xlarge");
});

test.each<[string, Partial<TuningJobOptions>]>([
  ["name", { name: "x".repeat(33) }],
  ["maxParallelJobs", { maxParallelJobs: 13 }],
  ["objective.metric", { objective: { metric: "accuracy", direction: "maximize" } }],
  ["ranges", { ranges: {} }],
  ["ranges.a", { ranges: { a: { kind: "integer", min: 1.5, max: 2 } } }],
  ["ranges.a", { ranges: { a: { kind: "continuous", min: 2, max: 1 } } }],
  ["ranges.a.min", { ranges: { a: { kind: "continuous", min: 0, max: 1, scale: "Logarithmic" } } }],
  ["channels", { training: { ...options.training, channels: {} } }],
])("a wrong %s is refused before the first request (%o)", async (field, wrong) => {
  const error = await startTuningJob(session, { ...options, ...wrong }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});

test("a request sent again by the client makes one search; a name that is taken is a conflict", async () => {
  aws.on("CreateHyperParameterTuningJob", () => new Refusal(400, "ResourceInUse", "exists"));
  aws.on("DescribeHyperParameterTuningJob", () => ({ HyperParameterTuningJobArn: "arn" }));
  expect((await startTuningJob(session, options)).arn).toBe("arn");
  await expect(startTuningJob(session, { ...options, name: "mine" })).rejects.toThrow(ResourceConflictError);
});

test("tells how the search goes and returns the best", async () => {
  const best = (value: number) => ({
    TrainingJobName: `t-${value}`,
    TrainingJobStatus: "Completed",
    FinalHyperParameterTuningJobObjectiveMetric: { MetricName: "validation:accuracy", Value: value },
    TunedHyperParameters: { learning_rate: "0.01" },
  });
  const states = [
    { HyperParameterTuningJobStatus: "InProgress", TrainingJobStatusCounters: { InProgress: 3 } },
    {
      HyperParameterTuningJobStatus: "InProgress",
      TrainingJobStatusCounters: { InProgress: 2, Completed: 1 },
      BestTrainingJob: best(0.5),
    },
    {
      HyperParameterTuningJobStatus: "Completed",
      TrainingJobStatusCounters: { Completed: 11, NonRetryableError: 1 },
      BestTrainingJob: best(0.9),
    },
  ];
  aws.on("DescribeHyperParameterTuningJob", (_input, count) => states[Math.min(count, 2)] as object);
  const { events, result: done } = await follow(waitForTuningJob(session, "x", quick));
  expect(done).toEqual({
    name: "x",
    status: "Completed",
    completed: 11,
    failed: 1,
    best: {
      trainingJobName: "t-0.9",
      value: 0.9,
      status: "Completed",
      hyperparameters: { learning_rate: "0.01" },
    },
  });
  expect(events.map((event) => event.kind)).toEqual(["status", "progress", "progress", "status", "progress"]);
});

test.each([
  [{ HyperParameterTuningJobStatus: "Failed", FailureReason: "all failed" }, /ended Failed: all failed/],
  [
    { HyperParameterTuningJobStatus: "Completed", TrainingJobStatusCounters: { NonRetryableError: 12 } },
    /12 training jobs failed, none succeeded/,
  ],
])("a search without a result is an error (%o)", async (state, message) => {
  aws.on("DescribeHyperParameterTuningJob", () => state);
  const error = await waitForTuningJob(session, "x", quick).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(TuningJobFailedError);
  expect(error.message).toMatch(message);
});

test("stops a search; one that has ended stays as it is", async () => {
  aws.on("StopHyperParameterTuningJob", () => ({}));
  aws.on("DescribeHyperParameterTuningJob", (_input, count) => ({
    HyperParameterTuningJobStatus: count === 0 ? "Stopping" : "Stopped",
  }));
  expect(await stopTuningJob(session, "x", quick)).toBe("Stopped");
  aws.on("StopHyperParameterTuningJob", () => new Refusal(400, "ValidationException", "already ended"));
  expect(await stopTuningJob(session, "x", quick)).toBe("Stopped");
});
