import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  DeleteProcessingJobCommand,
  DescribeProcessingJobCommand,
  ListProcessingJobsCommand,
  StopProcessingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bucket, ended, type Jobs, startJobs } from "./jobs-support.js";
import { eventually, ROLE } from "./support.js";

let jobs: Jobs;
beforeAll(async () => {
  jobs = await startJobs();
});
afterAll(() => jobs.dispose());

describe("processing jobs", () => {
  const create = (ProcessingJobName: string, change: Partial<CreateProcessingJobCommandInput> = {}) =>
    jobs.client.send(
      new CreateProcessingJobCommand({
        ProcessingJobName,
        RoleArn: ROLE,
        AppSpecification: { ImageUri: "stub" },
        ProcessingResources: {
          ClusterConfig: { InstanceCount: 1, InstanceType: "ml.m5.xlarge", VolumeSizeInGB: 1 },
        },
        ProcessingInputs: [
          {
            InputName: "pictures",
            S3Input: {
              S3Uri: `s3://${Bucket}/pictures/`,
              LocalPath: "/opt/ml/processing/input/pictures",
              S3DataType: "S3Prefix",
              S3InputMode: "File",
              S3DataDistributionType: "ShardedByS3Key",
            },
          },
        ],
        ProcessingOutputConfig: {
          Outputs: [
            {
              OutputName: "result",
              S3Output: {
                S3Uri: `s3://${Bucket}/${ProcessingJobName}`,
                LocalPath: "/opt/ml/processing/output/result",
                S3UploadMode: "EndOfJob",
              },
            },
          ],
        },
        ...change,
      }),
    );
  const finished = (ProcessingJobName: string) =>
    eventually(async () => {
      const job = await jobs.client.send(new DescribeProcessingJobCommand({ ProcessingJobName }));
      return ended.includes(job.ProcessingJobStatus!) ? job : undefined;
    });

  test("give each instance its share and put what all of them wrote into S3", async () => {
    await create("share", {
      Environment: { EXTRA: "given" },
      ProcessingResources: {
        ClusterConfig: { InstanceCount: 2, InstanceType: "ml.m5.xlarge", VolumeSizeInGB: 1 },
      },
    });
    const job = await finished("share");
    expect(job).toMatchObject({ ProcessingJobStatus: "Completed", ExitMessage: "2 files" });
    expect(await jobs.keysBelow("share/")).toEqual(["share/deep/algo-1.json", "share/deep/algo-2.json"]);
    expect(JSON.parse(await jobs.read("share/deep/algo-2.json"))).toMatchObject({
      names: ["b.jpg"],
      hosts: ["algo-1", "algo-2"],
      extra: "given",
    });
  });

  test("run the entry point that is given, with its /opt/ml paths made local", async () => {
    const [node, script] = [process.execPath, new URL("./stub/process.mjs", import.meta.url).pathname];
    await create("entry", {
      AppSpecification: {
        ImageUri: "any/image:1",
        ContainerEntrypoint: [node, script],
        ContainerArguments: ["write", "x", "/opt/ml/processing/output/result/by-path"],
      },
    });
    expect((await finished("entry")).ProcessingJobStatus).toBe("Completed");
    expect(await jobs.keysBelow("entry/")).toEqual(["entry/by-path/algo-1.json"]);
  });

  test("put a Continuous output into S3 while they run", async () => {
    const S3Uri = `s3://${Bucket}/continuous`;
    await create("continuous", {
      AppSpecification: { ImageUri: "stub", ContainerArguments: ["linger", "60"] },
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: "result",
            S3Output: {
              S3Uri,
              LocalPath: "/opt/ml/processing/output/result",
              S3UploadMode: "Continuous",
            },
          },
        ],
      },
    });
    await eventually(async () => ((await jobs.keysBelow("continuous/")).length > 0 ? true : undefined));
    const running = new DescribeProcessingJobCommand({ ProcessingJobName: "continuous" });
    expect((await jobs.client.send(running)).ProcessingJobStatus).toBe("InProgress");
    await jobs.client.send(new StopProcessingJobCommand({ ProcessingJobName: "continuous" }));
    await finished("continuous");
  });

  test("fail with the program's message and exit code, and put nothing into S3", async () => {
    await create("failing", {
      AppSpecification: { ImageUri: "stub", ContainerArguments: ["fail", "disk is full"] },
    });
    expect(await finished("failing")).toMatchObject({
      ProcessingJobStatus: "Failed",
      ExitMessage: "disk is full",
      FailureReason: "AlgorithmError: disk is full, exit code: 4",
    });
    expect(await jobs.keysBelow("failing/")).toEqual([]);
  });

  test("stop when asked, and when their time is up", async () => {
    const sleeping = { AppSpecification: { ImageUri: "stub", ContainerArguments: ["sleep", "60"] } };
    await create("stopped", sleeping);
    await eventually(async () => {
      const job = await jobs.client.send(new DescribeProcessingJobCommand({ ProcessingJobName: "stopped" }));
      return job.ProcessingStartTime;
    });
    await jobs.client.send(new StopProcessingJobCommand({ ProcessingJobName: "stopped" }));
    expect((await finished("stopped")).ProcessingJobStatus).toBe("Stopped");
    await create("overtime", { ...sleeping, StoppingCondition: { MaxRuntimeInSeconds: 20 } });
    expect((await finished("overtime")).ProcessingJobStatus).toBe("Stopped");
  });

  test.each([
    [
      "a path outside /opt/ml",
      { LocalPath: "/data/in", S3InputMode: "File" as const },
      "only paths below /opt/ml",
    ],
    [
      "a path that climbs out of it",
      { LocalPath: "/opt/ml/../../etc", S3InputMode: "File" as const },
      "only paths below /opt/ml",
    ],
    ["Pipe mode", { LocalPath: "/opt/ml/in", S3InputMode: "Pipe" as const }, 'S3Input.S3InputMode "Pipe"'],
  ])("%s is refused", async (_what, change, message) => {
    const S3Input = { S3Uri: `s3://${Bucket}/pictures/`, S3DataType: "S3Prefix" as const, ...change };
    const sent = create("refused", { ProcessingInputs: [{ InputName: "pictures", S3Input }] });
    await expect(sent).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message),
    });
  });

  test("are listed and deleted", async () => {
    const { ProcessingJobSummaries } = await jobs.client.send(
      new ListProcessingJobsCommand({ StatusEquals: "Failed" }),
    );
    expect(ProcessingJobSummaries?.map(({ ProcessingJobName }) => ProcessingJobName)).toEqual(["failing"]);
    await jobs.client.send(new DeleteProcessingJobCommand({ ProcessingJobName: "failing" }));
    const gone = jobs.client.send(new DescribeProcessingJobCommand({ ProcessingJobName: "failing" }));
    await expect(gone).rejects.toMatchObject({ name: "ValidationException" });
    await create("twice");
    await expect(create("twice")).rejects.toMatchObject({ name: "ResourceInUse" });
    await finished("twice");
  });
});
