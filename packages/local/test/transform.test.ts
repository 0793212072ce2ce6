import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateModelCommand,
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  DescribeTransformJobCommand,
  ListTransformJobsCommand,
  SageMakerClient,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, ROLE, startStub } from "./support.js";

let stub: Awaited<ReturnType<typeof startStub>>;
let client: SageMakerClient;
let s3: S3Client;
const Bucket = "job-bucket";

beforeAll(async () => {
  stub = await startStub({ timeScale: 0.02 });
  client = new SageMakerClient(stub.config);
  s3 = new S3Client(stub.config);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const name of ["a", "b", "c"]) {
    await s3.send(new PutObjectCommand({ Bucket, Key: `pictures/${name}.jpg`, Body: name.repeat(5) }));
  }
  await s3.send(
    new PutObjectCommand({ Bucket, Key: "lines/x.jsonl", Body: '{"n":1}\n{"n":22}\n{"n":333}\n' }),
  );
});
afterAll(() => stub.dispose());

const read = async (Key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Body!.transformToString();
};
const keysBelow = async (Prefix: string) => {
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return (Contents ?? []).map(({ Key }) => Key);
};
const ended = ["Completed", "Failed", "Stopped"];

describe("batch transform jobs", () => {
  beforeAll(async () => {
    for (const [ModelName, Environment] of [
      ["plain", {}],
      ["single", { STUB_PARAMETERS: '{"BatchStrategy":"SingleRecord","MaxConcurrentTransforms":2}' }],
    ] as const) {
      await client.send(
        new CreateModelCommand({
          ModelName,
          ExecutionRoleArn: ROLE,
          PrimaryContainer: { Image: "stub", Environment },
        }),
      );
    }
  });
  const create = (TransformJobName: string, change: Partial<CreateTransformJobCommandInput> = {}) =>
    client.send(
      new CreateTransformJobCommand({
        TransformJobName,
        ModelName: "plain",
        TransformInput: {
          ContentType: "image/jpeg",
          DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${Bucket}/pictures/` } },
        },
        TransformOutput: { S3OutputPath: `s3://${Bucket}/${TransformJobName}/`, Accept: "application/json" },
        TransformResources: { InstanceType: "ml.m5.xlarge", InstanceCount: 1 },
        ...change,
      }),
    );
  const finished = (TransformJobName: string) =>
    eventually(async () => {
      const job = await client.send(new DescribeTransformJobCommand({ TransformJobName }));
      return ended.includes(job.TransformJobStatus!) ? job : undefined;
    });
  const lines = (more: object = {}) => ({
    TransformInput: {
      ContentType: "application/jsonlines",
      SplitType: "Line" as const,
      DataSource: { S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri: `s3://${Bucket}/lines/` } },
    },
    ...more,
  });

  test("send every object through the model and put each answer beside its name", async () => {
    await create("pictures-out", { TransformResources: { InstanceType: "ml.m5.xlarge", InstanceCount: 2 } });
    expect((await finished("pictures-out")).TransformJobStatus).toBe("Completed");
    expect(await keysBelow("pictures-out/")).toEqual(
      ["a", "b", "c"].map((name) => `pictures-out/${name}.jpg.out`),
    );
    expect(JSON.parse(await read("pictures-out/b.jpg.out"))).toMatchObject({
      bytes: 5,
      type: "image/jpeg",
      accept: "application/json",
    });
  });

  test("split lines as the request says, and otherwise as the container says", async () => {
    await create("many", lines({ BatchStrategy: "MultiRecord" }));
    await create(
      "each",
      lines({
        ModelName: "single",
        TransformOutput: { S3OutputPath: `s3://${Bucket}/each`, AssembleWith: "Line" },
      }),
    );
    await finished("many");
    await finished("each");
    expect(JSON.parse(await read("many/x.jsonl.out")).bytes).toBe(26);
    const answers = (await read("each/x.jsonl.out"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).bytes);
    expect(answers).toEqual([7, 8, 9]);
  });

  test("fail when the container does, and name the object", async () => {
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "commands/bad",
        Body: '{"status":400,"echo":{"why":"not a picture"}}',
      }),
    );
    const input = { S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri: `s3://${Bucket}/commands/` } };
    await create("bad-out", { TransformInput: { ContentType: "application/x-command", DataSource: input } });
    const job = await finished("bad-out");
    expect(job.FailureReason).toMatch(/did not transform "commands\/bad": 400 .*not a picture/);
    expect(await keysBelow("bad-out/")).toEqual([]);
  });

  test("stop when asked, leaving no process", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "slow/one", Body: '{"sleep":600000}' }));
    const input = { S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri: `s3://${Bucket}/slow/` } };
    await create("slow-out", {
      TransformInput: { ContentType: "application/x-command", DataSource: input },
      ModelClientConfig: { InvocationsTimeoutInSeconds: 3600 },
    });
    await eventually(async () => {
      const job = await client.send(new DescribeTransformJobCommand({ TransformJobName: "slow-out" }));
      return job.TransformStartTime;
    });
    await client.send(new StopTransformJobCommand({ TransformJobName: "slow-out" }));
    expect((await finished("slow-out")).TransformJobStatus).toBe("Stopped");
    const { TransformJobSummaries } = await client.send(
      new ListTransformJobsCommand({ StatusEquals: "InProgress" }),
    );
    expect(TransformJobSummaries).toEqual([]);
  });

  test.each([
    ["a model that is not there", { ModelName: "nobody" }, "Could not find model"],
    [
      "RecordIO splitting",
      { TransformInput: { ...lines().TransformInput, SplitType: "RecordIO" as const } },
      'TransformInput.SplitType "RecordIO"',
    ],
    ["a filter", { DataProcessing: { OutputFilter: "$.label" } }, "DataProcessing"],
  ])("%s is refused", async (_what, change, message) => {
    await expect(create("refused", change)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message),
    });
  });
});
