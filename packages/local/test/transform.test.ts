import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  CreateModelCommand,
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  DescribeTransformJobCommand,
  ListTransformJobsCommand,
  StopTransformJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bucket, ended, type Jobs, startJobs } from "./jobs-support.js";
import { eventually, ROLE } from "./support.js";

let jobs: Jobs;
beforeAll(async () => {
  jobs = await startJobs();
});
afterAll(() => jobs.dispose());

describe("batch transform jobs", () => {
  beforeAll(async () => {
    for (const [ModelName, Environment] of [
      ["plain", {}],
      ["single", { STUB_PARAMETERS: '{"BatchStrategy":"SingleRecord","MaxConcurrentTransforms":2}' }],
    ] as const) {
      await jobs.client.send(
        new CreateModelCommand({
          ModelName,
          ExecutionRoleArn: ROLE,
          PrimaryContainer: { Image: "stub", Environment },
        }),
      );
    }
  });
  const create = (TransformJobName: string, change: Partial<CreateTransformJobCommandInput> = {}) =>
    jobs.client.send(
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
      const job = await jobs.client.send(new DescribeTransformJobCommand({ TransformJobName }));
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
    expect(await jobs.keysBelow("pictures-out/")).toEqual(
      ["a", "b", "c"].map((name) => `pictures-out/${name}.jpg.out`),
    );
    expect(JSON.parse(await jobs.read("pictures-out/b.jpg.out"))).toMatchObject({
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
    expect(JSON.parse(await jobs.read("many/x.jsonl.out")).bytes).toBe(26);
    const answers = (await jobs.read("each/x.jsonl.out"))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).bytes);
    expect(answers).toEqual([7, 8, 9]);
  });

  test("fail when the container does, and name the object", async () => {
    await jobs.s3.send(
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
    expect(await jobs.keysBelow("bad-out/")).toEqual([]);
  });

  test("stop when asked, leaving no process", async () => {
    await jobs.s3.send(new PutObjectCommand({ Bucket, Key: "slow/one", Body: '{"sleep":600000}' }));
    const input = { S3DataSource: { S3DataType: "S3Prefix" as const, S3Uri: `s3://${Bucket}/slow/` } };
    await create("slow-out", {
      TransformInput: { ContentType: "application/x-command", DataSource: input },
      ModelClientConfig: { InvocationsTimeoutInSeconds: 3600 },
    });
    await eventually(async () => {
      const job = await jobs.client.send(new DescribeTransformJobCommand({ TransformJobName: "slow-out" }));
      return job.TransformStartTime;
    });
    await jobs.client.send(new StopTransformJobCommand({ TransformJobName: "slow-out" }));
    expect((await finished("slow-out")).TransformJobStatus).toBe("Stopped");
    const { TransformJobSummaries } = await jobs.client.send(
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
