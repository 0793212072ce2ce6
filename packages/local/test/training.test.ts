import { readdirSync } from "node:fs";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, startStub, stubPath } from "./support.js";
import { Bucket, jobRequest, startTraining, type Training } from "./training-support.js";

let training: Training;
beforeAll(async () => {
  training = await startTraining();
});
afterAll(() => training.dispose());

test("a job runs the program on its channels and hyperparameters and uploads the model", async () => {
  const created = await training.create("complete", {
    HyperParameters: { epochs: "3", num_classes: "10", output: "extra" },
    Environment: { EXTRA: "given" },
    AlgorithmSpecification: {
      TrainingImage: "stub",
      TrainingInputMode: "File",
      MetricDefinitions: [{ Name: "my:accuracy", Regex: "Validation-accuracy=(\\S+)" }],
    },
    Tags: [{ Key: "team", Value: "vision" }],
  });
  const job = await training.finished("complete");
  expect(job.FailureReason).toBeUndefined();
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    "Starting",
    "Downloading",
    "Training",
    "Uploading",
    "Completed",
  ]);
  expect(job.FinalMetricDataList).toMatchObject([
    { MetricName: "my:accuracy", Value: expect.closeTo(0.6, 5) },
  ]);
  expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`s3://${Bucket}/out/complete/output/model.tar.gz`);
  const files = await training.readModel(job.ModelArtifacts!.S3ModelArtifacts!);
  expect(Object.keys(files).sort()).toEqual(["algo-1.json", "deep/answer.txt"]);
  expect(JSON.parse(files["algo-1.json"]!)).toMatchObject({
    hyperparameters: { epochs: "3", num_classes: "10" },
    channels: { train: { "a.rec": "A", "deep/b.rec": "B", "c.rec": "C" }, validation: { "v.rec": "V" } },
    inputDataConfig: { train: { ContentType: "application/x-recordio", TrainingInputMode: "File" } },
    resources: { current_host: "algo-1", hosts: ["algo-1"] },
    env: { job: "complete", extra: "given", endpoint: training.local.url },
  });
  const output = await training.readModel(`s3://${Bucket}/out/complete/output/output.tar.gz`);
  expect(output).toEqual({ "extra.txt": "extra" });
  const tags = await training.client.send(new ListTagsCommand({ ResourceArn: created.TrainingJobArn }));
  expect(tags.Tags).toEqual([{ Key: "team", Value: "vision" }]);
  expect(readdirSync(path.join(training.stateDir, "work/training"))).not.toContain("complete");
});

test("the built-in image reports the built-in algorithm's metrics", async () => {
  const builtIn = "811284229777.dkr.ecr.us-east-1.amazonaws.com/image-classification:1";
  const own = await startStub({
    images: {
      [builtIn]: { train: [process.execPath, new URL("./stub/train.mjs", import.meta.url).pathname] },
    },
  });
  try {
    await new S3Client(own.config).send(new CreateBucketCommand({ Bucket }));
    const sagemaker = new SageMakerClient(own.config);
    const { InputDataConfig: _none, ...rest } = jobRequest("builtin", { HyperParameters: { epochs: "2" } });
    await sagemaker.send(
      new CreateTrainingJobCommand({
        ...rest,
        AlgorithmSpecification: { TrainingImage: builtIn, TrainingInputMode: "File" },
      }),
    );
    const job = await eventually(async () => {
      const now = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: "builtin" }));
      return now.TrainingJobStatus === "Completed" ? now : undefined;
    });
    expect(job.FinalMetricDataList?.map(({ MetricName, Value }) => [MetricName, Value])).toEqual([
      ["train:accuracy", expect.closeTo(0.6, 5)],
      ["validation:accuracy", expect.closeTo(0.5, 5)],
    ]);
  } finally {
    await own.dispose();
  }
});

test("a failing program's own words and exit code become the FailureReason", async () => {
  await training.create("failing", { HyperParameters: { fail: "no such label: dog", exit: "7" } });
  const job = await training.finished("failing");
  expect(job).toMatchObject({ TrainingJobStatus: "Failed", SecondaryStatus: "Failed" });
  expect(job.FailureReason).toBe("AlgorithmError: no such label: dog, exit code: 7");
  // Members that clients read without looking are there whatever became of the job, as on AWS.
  expect(job).toMatchObject({
    ModelArtifacts: { S3ModelArtifacts: `s3://${Bucket}/out/failing/output/model.tar.gz` },
    OutputDataConfig: { KmsKeyId: "", CompressionType: "GZIP" },
  });
  await training.create("client-error", { HyperParameters: { fail: "ClientError: num_classes is wrong" } });
  expect((await training.finished("client-error")).FailureReason).toBe(
    "ClientError: num_classes is wrong, exit code: 1",
  );
});

test("a job runs the entry point and the arguments that it gives, with /opt/ml paths made local", async () => {
  const specification = { TrainingInputMode: "File" as const };
  await training.create("arguments", {
    AlgorithmSpecification: {
      ...specification,
      TrainingImage: "stub",
      ContainerArguments: ["--model", "/opt/ml/model"],
    },
  });
  await training.create("entry", {
    AlgorithmSpecification: {
      ...specification,
      TrainingImage: "any/image:1",
      ContainerEntrypoint: [process.execPath, stubPath("train")],
      ContainerArguments: ["--model=/opt/ml/model"],
    },
  });
  const args = async (name: string) => {
    const files = await training.readModel((await training.finished(name)).ModelArtifacts!.S3ModelArtifacts!);
    return JSON.parse(files["algo-1.json"]!).args;
  };
  const root = (name: string) => path.join(training.stateDir, "work/training", name, "algo-1/model");
  expect(await args("arguments")).toEqual(["--model", root("arguments")]);
  expect(await args("entry")).toEqual([`--model=${root("entry")}`]);
});
