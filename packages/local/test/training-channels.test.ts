import { createHash } from "node:crypto";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { StopTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./support.js";
import { Bucket, channel, startTraining, type Training } from "./training-support.js";

let training: Training;
beforeAll(async () => {
  training = await startTraining();
});
afterAll(() => training.dispose());

test("checkpoints are in S3 while the job runs, and the next job of the prefix finds them", async () => {
  const CheckpointConfig = { S3Uri: `s3://${Bucket}/checkpoints/run` };
  await training.create("first-run", {
    CheckpointConfig,
    HyperParameters: { checkpoint: "epoch-1.bin", sleep: "600" },
  });
  await eventually(async () => {
    const Key = "checkpoints/run/epoch-1.bin";
    return training.s3.send(new GetObjectCommand({ Bucket, Key })).catch(() => undefined);
  });
  expect((await training.describeJob("first-run")).TrainingJobStatus).toBe("InProgress");
  await training.client.send(new StopTrainingJobCommand({ TrainingJobName: "first-run" }));
  await training.finished("first-run");
  await training.create("second-run", { CheckpointConfig, HyperParameters: { checkpoint: "epoch-2.bin" } });
  await training.finished("second-run");
  const { events } = await training.logs.send(
    new FilterLogEventsCommand({
      logGroupName: "/aws/sagemaker/TrainingJobs",
      logStreamNamePrefix: "second-run/",
      filterPattern: "resuming",
    }),
  );
  expect(events?.[0]?.message).toBe("stub: resuming from epoch-1.bin");
  await training.s3.send(new GetObjectCommand({ Bucket, Key: "checkpoints/run/epoch-2.bin" }));
});

test("Pipe mode gives each epoch a pipe of its own, with the objects in key order", async () => {
  await training.create("piped", {
    AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "Pipe" },
    InputDataConfig: [
      channel("train", `s3://${Bucket}/in/train/`),
      { ...channel("wrapped", `s3://${Bucket}/in/validation/`), RecordWrapperType: "RecordIO" },
      { ...channel("file", `s3://${Bucket}/in/validation/`), InputMode: "File" },
    ],
    HyperParameters: { pipes: "train_0,train_1,wrapped_0,train_2" },
  });
  const job = await training.finished("piped");
  expect(job.FailureReason).toBeUndefined();
  const files = await training.readModel(job.ModelArtifacts!.S3ModelArtifacts!);
  const { pipes, channels } = JSON.parse(files["algo-1.json"]!);
  const bytes = (text: string) => Buffer.from(text).toString("hex");
  expect(pipes).toEqual({
    train_0: bytes("ACB"),
    train_1: bytes("ACB"),
    train_2: bytes("ACB"),
    wrapped_0: `0a23d7ce01000000${bytes("V")}000000`,
  });
  expect(channels.file).toEqual({ "v.rec": "V" });
});

test("a large Pipe mode channel arrives whole, and a program that stops reading is not waited for", async () => {
  const large = Buffer.alloc(9 << 20, "large channel ");
  await training.s3.send(new PutObjectCommand({ Bucket, Key: "big/a.rec", Body: large }));
  const big = {
    AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "Pipe" as const },
    InputDataConfig: [channel("train", `s3://${Bucket}/big/`)],
  };
  await training.create("piped-big", { ...big, HyperParameters: { pipes: "train_0", digest: "1" } });
  await training.create("piped-part", {
    ...big,
    HyperParameters: { pipes: "train_0", digest: "1", head: "1000" },
  });
  const digests = await Promise.all(
    ["piped-big", "piped-part"].map(async (name) => {
      const files = await training.readModel(
        (await training.finished(name)).ModelArtifacts!.S3ModelArtifacts!,
      );
      return JSON.parse(files["algo-1.json"]!).pipes.train_0;
    }),
  );
  const sha = (data: Buffer) => createHash("sha256").update(data).digest("hex");
  expect(digests).toEqual([sha(large), sha(large.subarray(0, 1000))]);
});

test("two instances share sharded keys, and both models come back", async () => {
  await training.create("sharded", {
    InputDataConfig: [
      channel("train", `s3://${Bucket}/in/train/`, { S3DataDistributionType: "ShardedByS3Key" }),
      channel("validation", `s3://${Bucket}/in/validation/`),
    ],
    ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 2, VolumeSizeInGB: 1 },
  });
  const job = await training.finished("sharded");
  const files = await training.readModel(job.ModelArtifacts!.S3ModelArtifacts!);
  const [one, two] = ["algo-1", "algo-2"].map((host) => JSON.parse(files[`${host}.json`]!));
  expect(one.channels.train).toEqual({ "a.rec": "A", "deep/b.rec": "B" });
  expect(two.channels.train).toEqual({ "c.rec": "C" });
  expect(two.channels.validation).toEqual({ "v.rec": "V" });
  expect(two.resources).toMatchObject({ current_host: "algo-2", hosts: ["algo-1", "algo-2"] });
});
