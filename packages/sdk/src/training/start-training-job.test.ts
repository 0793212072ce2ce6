import { expect, test } from "vitest";
import { type Input, missing, Refusal } from "../../test/support/fake-aws.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { InvalidInputError, RegionNotOfferedError, ResourceConflictError } from "../errors.js";
import { containerImage } from "../images/container-image.js";
import { customAlgorithm } from "./algorithm.js";
import { fileChannel, recordIOChannel } from "./channels.js";
import { imageClassification } from "./image-classification.js";
import { startTrainingJob } from "./start-training-job.js";
import type { TrainingJobOptions } from "./training-options.js";

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

test("a job without channels leaves the list out, which AWS refuses when it is empty", async () => {
  aws.on("CreateTrainingJob", () => ({ TrainingJobArn: ARN }));
  const algorithm = customAlgorithm({ image: containerImage("own:1") });
  const instance = { ...options.instance, keepAliveSeconds: 600 };
  await startTrainingJob(session, { ...options, algorithm, channels: {}, instance });
  expect(aws.inputs("CreateTrainingJob")[0]).toMatchObject({
    ResourceConfig: { KeepAlivePeriodInSeconds: 600 },
  });
  expect(aws.inputs("CreateTrainingJob")[0]).not.toHaveProperty("InputDataConfig");
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
    Regex: "Epoch\\[\\d+\\].* Validation-accuracy=([0-9.eE+-]+|nan)",
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
  [
    "instance.keepAliveSeconds",
    { instance: { ...options.instance, keepAliveSeconds: 21_601 } },
    "above six hours",
  ],
  [
    "instance.keepAliveSeconds",
    { instance: { ...options.instance, keepAliveSeconds: 60 }, spot: { maxWaitSeconds: 86_400 } },
    "spot instances are not kept",
  ],
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
