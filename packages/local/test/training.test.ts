import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  AddTagsCommand,
  type Channel,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteTagsCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import * as tar from "tar";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, ROLE, startStub, temporaryFolder } from "./support.js";

let stub: Awaited<ReturnType<typeof startStub>>;
let client: SageMakerClient;
let s3: S3Client;
let logs: CloudWatchLogsClient;
const Bucket = "training-bucket";

beforeAll(async () => {
  stub = await startStub({ timeScale: 0.01 });
  client = new SageMakerClient(stub.config);
  s3 = new S3Client(stub.config);
  logs = new CloudWatchLogsClient(stub.config);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const [Key, Body] of [
    ["in/train/a.rec", "A"],
    ["in/train/deep/b.rec", "B"],
    ["in/train/c.rec", "C"],
    ["in/train_list/l.lst", "L"],
    ["in/validation/v.rec", "V"],
  ] as const) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
});
afterAll(() => stub.dispose());

const channel = (ChannelName: string, uri: string, more: object = {}): Channel => ({
  ChannelName,
  ContentType: "application/x-recordio",
  DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: uri, ...more } },
});

const request = (
  name: string,
  change: Partial<CreateTrainingJobCommandInput> = {},
): CreateTrainingJobCommandInput => ({
  TrainingJobName: name,
  RoleArn: ROLE,
  AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "File" },
  InputDataConfig: [
    channel("train", `s3://${Bucket}/in/train/`),
    channel("validation", `s3://${Bucket}/in/validation`),
  ],
  OutputDataConfig: { S3OutputPath: `s3://${Bucket}/out/` },
  ResourceConfig: { InstanceType: "ml.p3.2xlarge", InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  ...change,
});

const create = (name: string, change?: Partial<CreateTrainingJobCommandInput>) =>
  client.send(new CreateTrainingJobCommand(request(name, change)));

const describeJob = (name: string) => client.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));

const finished = (name: string) =>
  eventually(async () => {
    const job = await describeJob(name);
    return ["Completed", "Failed", "Stopped"].includes(job.TrainingJobStatus!) ? job : undefined;
  });

async function readModel(uri: string): Promise<Record<string, string>> {
  const folder = temporaryFolder();
  const Key = uri.replace(`s3://${Bucket}/`, "");
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  const file = path.join(folder, "m.tar.gz");
  writeFileSync(file, await Body!.transformToByteArray());
  const files: Record<string, string> = {};
  const names = execFileSync("tar", ["-tzf", file])
    .toString()
    .split("\n")
    .filter((name) => name && !name.endsWith("/"));
  await tar.extract({ file, cwd: folder });
  for (const name of names) files[name] = execFileSync("cat", [path.join(folder, name)]).toString();
  rmSync(folder, { recursive: true });
  return files;
}

test("a job runs the program on its channels and hyperparameters and uploads the model", async () => {
  const created = await create("complete", {
    HyperParameters: { epochs: "3", num_classes: "10", output: "extra" },
    Environment: { EXTRA: "given" },
    AlgorithmSpecification: {
      TrainingImage: "stub",
      TrainingInputMode: "File",
      MetricDefinitions: [{ Name: "my:accuracy", Regex: "Validation-accuracy=(\\S+)" }],
    },
    Tags: [{ Key: "team", Value: "vision" }],
  });
  const job = await finished("complete");
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
  const files = await readModel(job.ModelArtifacts!.S3ModelArtifacts!);
  expect(Object.keys(files).sort()).toEqual(["algo-1.json", "deep/answer.txt"]);
  expect(JSON.parse(files["algo-1.json"]!)).toMatchObject({
    hyperparameters: { epochs: "3", num_classes: "10" },
    channels: { train: { "a.rec": "A", "deep/b.rec": "B", "c.rec": "C" }, validation: { "v.rec": "V" } },
    inputDataConfig: { train: { ContentType: "application/x-recordio", TrainingInputMode: "File" } },
    resources: { current_host: "algo-1", hosts: ["algo-1"] },
    env: { job: "complete", extra: "given", endpoint: stub.local.url },
  });
  const output = await readModel(`s3://${Bucket}/out/complete/output/output.tar.gz`);
  expect(output).toEqual({ "extra.txt": "extra" });
  const tags = await client.send(new ListTagsCommand({ ResourceArn: created.TrainingJobArn }));
  expect(tags.Tags).toEqual([{ Key: "team", Value: "vision" }]);
  expect(readdirSync(path.join(stub.stateDir, "work/training"))).not.toContain("complete");
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
    const { InputDataConfig: _none, ...rest } = request("builtin", { HyperParameters: { epochs: "2" } });
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

test("log lines can be read page by page and filtered", async () => {
  await create("logged", { HyperParameters: { epochs: "40" } });
  await finished("logged");
  const logGroupName = "/aws/sagemaker/TrainingJobs";
  const { logStreams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: "logged/" }),
  );
  expect(logStreams).toHaveLength(1);
  const logStreamName = logStreams![0]!.logStreamName!;
  const lines: string[] = [];
  let nextToken: string | undefined;
  for (;;) {
    const page = await logs.send(
      new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true, limit: 7, nextToken }),
    );
    lines.push(...page.events!.map(({ message }) => message!));
    // The end is where the token stays the same.
    if (page.nextForwardToken === nextToken) break;
    nextToken = page.nextForwardToken;
  }
  expect(lines).toHaveLength(81);
  expect(lines[0]).toBe("stub: training on algo-1");
  const tail = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: 2 }));
  expect(tail.events?.map(({ message }) => message)).toEqual(lines.slice(-2));
  const found = await logs.send(
    new FilterLogEventsCommand({
      logGroupName,
      logStreamNamePrefix: "logged/",
      filterPattern: '"Epoch[39]" -Train',
    }),
  );
  expect(found.events?.map(({ message }) => message)).toEqual([
    expect.stringContaining("Epoch[39] Validation"),
  ]);
});

test("a failing program's own words and exit code become the FailureReason", async () => {
  await create("failing", { HyperParameters: { fail: "no such label: dog", exit: "7" } });
  const job = await finished("failing");
  expect(job).toMatchObject({ TrainingJobStatus: "Failed", SecondaryStatus: "Failed" });
  expect(job.FailureReason).toBe("AlgorithmError: no such label: dog, exit code: 7");
  // Members that clients read without looking are there whatever became of the job, as on AWS.
  expect(job).toMatchObject({
    ModelArtifacts: { S3ModelArtifacts: `s3://${Bucket}/out/failing/output/model.tar.gz` },
    OutputDataConfig: { KmsKeyId: "", CompressionType: "GZIP" },
  });
  await create("client-error", { HyperParameters: { fail: "ClientError: num_classes is wrong" } });
  expect((await finished("client-error")).FailureReason).toBe(
    "ClientError: num_classes is wrong, exit code: 1",
  );
});

test("a stopped job gets SIGTERM, and what it saved is kept", async () => {
  await create("stopping", { HyperParameters: { sleep: "60" } });
  await eventually(async () =>
    (await describeJob("stopping")).SecondaryStatus === "Training" ? true : undefined,
  );
  await eventually(async () => {
    const { events } = await logs.send(
      new FilterLogEventsCommand({
        logGroupName: "/aws/sagemaker/TrainingJobs",
        logStreamNamePrefix: "stopping/",
        filterPattern: "sleeping",
      }),
    );
    return events?.length ? true : undefined;
  });
  await client.send(new StopTrainingJobCommand({ TrainingJobName: "stopping" }));
  const job = await finished("stopping");
  expect(job).toMatchObject({ TrainingJobStatus: "Stopped", SecondaryStatus: "Stopped" });
  const files = await readModel(job.ModelArtifacts!.S3ModelArtifacts!);
  expect(JSON.parse(files["algo-1.json"]!).note).toBe("stopped");
  const again = client.send(new StopTrainingJobCommand({ TrainingJobName: "stopping" }));
  await expect(again).rejects.toMatchObject({ name: "ValidationException" });
});

test("a job that ignores SIGTERM is killed, and one past its time is MaxRuntimeExceeded", async () => {
  const started = Date.now();
  await create("overtime", {
    HyperParameters: { sleep: "60", stubborn: "1" },
    StoppingCondition: { MaxRuntimeInSeconds: 50 },
  });
  const job = await finished("overtime");
  expect(job).toMatchObject({ TrainingJobStatus: "Stopped", SecondaryStatus: "MaxRuntimeExceeded" });
  // 50 s and 120 s of grace at a hundredth: not before 1.7 s.
  expect(Date.now() - started).toBeGreaterThan(1_600);
});

test("checkpoints are in S3 while the job runs, and the next job of the prefix finds them", async () => {
  const CheckpointConfig = { S3Uri: `s3://${Bucket}/checkpoints/run` };
  await create("first-run", {
    CheckpointConfig,
    HyperParameters: { checkpoint: "epoch-1.bin", sleep: "600" },
  });
  await eventually(async () => {
    const Key = "checkpoints/run/epoch-1.bin";
    return s3.send(new GetObjectCommand({ Bucket, Key })).catch(() => undefined);
  });
  expect((await describeJob("first-run")).TrainingJobStatus).toBe("InProgress");
  await client.send(new StopTrainingJobCommand({ TrainingJobName: "first-run" }));
  await finished("first-run");
  await create("second-run", { CheckpointConfig, HyperParameters: { checkpoint: "epoch-2.bin" } });
  await finished("second-run");
  const { events } = await logs.send(
    new FilterLogEventsCommand({
      logGroupName: "/aws/sagemaker/TrainingJobs",
      logStreamNamePrefix: "second-run/",
      filterPattern: "resuming",
    }),
  );
  expect(events?.[0]?.message).toBe("stub: resuming from epoch-1.bin");
  await s3.send(new GetObjectCommand({ Bucket, Key: "checkpoints/run/epoch-2.bin" }));
});

test("Pipe mode gives each epoch a pipe of its own, with the objects in key order", async () => {
  await create("piped", {
    AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "Pipe" },
    InputDataConfig: [
      channel("train", `s3://${Bucket}/in/train/`),
      { ...channel("wrapped", `s3://${Bucket}/in/validation/`), RecordWrapperType: "RecordIO" },
      { ...channel("file", `s3://${Bucket}/in/validation/`), InputMode: "File" },
    ],
    HyperParameters: { pipes: "train_0,train_1,wrapped_0,train_2" },
  });
  const job = await finished("piped");
  expect(job.FailureReason).toBeUndefined();
  const files = await readModel(job.ModelArtifacts!.S3ModelArtifacts!);
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
  await s3.send(new PutObjectCommand({ Bucket, Key: "big/a.rec", Body: large }));
  const big = {
    AlgorithmSpecification: { TrainingImage: "stub", TrainingInputMode: "Pipe" as const },
    InputDataConfig: [channel("train", `s3://${Bucket}/big/`)],
  };
  await create("piped-big", { ...big, HyperParameters: { pipes: "train_0", digest: "1" } });
  await create("piped-part", { ...big, HyperParameters: { pipes: "train_0", digest: "1", head: "1000" } });
  const digests = await Promise.all(
    ["piped-big", "piped-part"].map(async (name) => {
      const files = await readModel((await finished(name)).ModelArtifacts!.S3ModelArtifacts!);
      return JSON.parse(files["algo-1.json"]!).pipes.train_0;
    }),
  );
  const sha = (data: Buffer) => createHash("sha256").update(data).digest("hex");
  expect(digests).toEqual([sha(large), sha(large.subarray(0, 1000))]);
});

test("two instances share sharded keys, and both models come back", async () => {
  await create("sharded", {
    InputDataConfig: [
      channel("train", `s3://${Bucket}/in/train/`, { S3DataDistributionType: "ShardedByS3Key" }),
      channel("validation", `s3://${Bucket}/in/validation/`),
    ],
    ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 2, VolumeSizeInGB: 1 },
  });
  const job = await finished("sharded");
  const files = await readModel(job.ModelArtifacts!.S3ModelArtifacts!);
  const [one, two] = ["algo-1", "algo-2"].map((host) => JSON.parse(files[`${host}.json`]!));
  expect(one.channels.train).toEqual({ "a.rec": "A", "deep/b.rec": "B" });
  expect(two.channels.train).toEqual({ "c.rec": "C" });
  expect(two.channels.validation).toEqual({ "v.rec": "V" });
  expect(two.resources).toMatchObject({ current_host: "algo-2", hosts: ["algo-1", "algo-2"] });
});

test.each([
  [
    "a name with an underscore",
    { TrainingJobName: "bad_name" },
    /'trainingJobName' failed to satisfy constraint/,
  ],
  ["a role that is no ARN", { RoleArn: "just-a-role-name-here" }, /'roleArn' failed to satisfy constraint/],
  [
    "an instance type that AWS does not have",
    { ResourceConfig: { InstanceType: "ml.huge", InstanceCount: 1, VolumeSizeInGB: 1 } },
    /'resourceConfig.instanceType' .* enum value set/,
  ],
  [
    "an empty prefix",
    { InputDataConfig: [channel("train", `s3://${Bucket}/nothing/`)] },
    /No S3 objects found under S3 URL/,
  ],
  [
    "an image that is not known",
    { AlgorithmSpecification: { TrainingImage: "nobody/knows:1", TrainingInputMode: "File" } },
    /"nobody\/knows:1" is not known/,
  ],
  [
    "a metric that is no regular expression",
    {
      AlgorithmSpecification: {
        TrainingImage: "stub",
        TrainingInputMode: "File",
        MetricDefinitions: [{ Name: "x", Regex: "(" }],
      },
    },
    /not a regular expression/,
  ],
])("%s is refused before a job exists", async (_what, change, message) => {
  const name = "refused";
  const sent = create(name, change as Partial<CreateTrainingJobCommandInput>);
  await expect(sent).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(message),
  });
  await expect(describeJob(name)).rejects.toMatchObject({ message: "Requested resource not found." });
});

test("a missing member and a used name are refused as AWS refuses them", async () => {
  const { OutputDataConfig: _missing, ...rest } = request("incomplete");
  const sent = client.send(new CreateTrainingJobCommand(rest as CreateTrainingJobCommandInput));
  await expect(sent).rejects.toMatchObject({
    message:
      "1 validation error detected: Value null at 'outputDataConfig' failed to satisfy constraint: Member must not be null",
  });
  await create("unique");
  await expect(create("unique")).rejects.toMatchObject({
    name: "ResourceInUse",
    message: expect.stringContaining("Job name must be unique"),
  });
  await finished("unique");
});

test("jobs are listed by status, name and page, newest first", async () => {
  const failed = await client.send(new ListTrainingJobsCommand({ StatusEquals: "Failed" }));
  expect(failed.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual([
    "client-error",
    "failing",
  ]);
  const first = await client.send(
    new ListTrainingJobsCommand({ MaxResults: 2, SortBy: "Name", SortOrder: "Ascending" }),
  );
  expect(first.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual([
    "client-error",
    "complete",
  ]);
  const second = await client.send(
    new ListTrainingJobsCommand({
      MaxResults: 2,
      SortBy: "Name",
      SortOrder: "Ascending",
      NextToken: first.NextToken,
    }),
  );
  expect(second.TrainingJobSummaries?.[0]?.TrainingJobName).toBe("failing");
});

test("tags can be added and deleted", async () => {
  const { TrainingJobArn: ResourceArn } = await describeJob("complete");
  await client.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: "stage", Value: "dev" }] }));
  await client.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ["team"] }));
  const { Tags } = await client.send(new ListTagsCommand({ ResourceArn }));
  expect(Tags).toEqual([{ Key: "stage", Value: "dev" }]);
});
