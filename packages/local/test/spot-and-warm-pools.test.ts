import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AddTagsCommand,
  type CreateTrainingJobCommandInput,
  ListTrainingJobsCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./support.js";
import { Bucket, logGroupName, startTraining, type Training } from "./training-support.js";

// A second of AWS's is 10 ms here.
let training: Training;
beforeAll(async () => {
  training = await startTraining();
});
afterAll(() => training.dispose());

const interrupt = (ResourceArn: string) =>
  training.client.send(
    new AddTagsCommand({ ResourceArn, Tags: [{ Key: "sightline:interrupt", Value: "" }] }),
  );
const lines = async (job: string): Promise<readonly string[]> => {
  const request = new FilterLogEventsCommand({ logGroupName, logStreamNamePrefix: `${job}/` });
  try {
    return ((await training.logs.send(request)).events ?? []).map(({ message }) => message!);
  } catch (error) {
    // Before the first line there is no group.
    if ((error as Error).name === "ResourceNotFoundException") return [];
    throw error;
  }
};
const spot: Partial<CreateTrainingJobCommandInput> = {
  EnableManagedSpotTraining: true,
  StoppingCondition: { MaxRuntimeInSeconds: 86_400, MaxWaitTimeInSeconds: 86_400 },
};

describe("a managed spot job", () => {
  test("whose instances are taken away goes on from its checkpoint, and pays for what ran", async () => {
    const { TrainingJobArn } = await training.create("spot", {
      ...spot,
      HyperParameters: { checkpoint: "epoch-1", sleep: "600", once: "1" },
      CheckpointConfig: { S3Uri: `s3://${Bucket}/spot/` },
    });
    await eventually(async () => (await lines("spot")).includes("stub: sleeping") || undefined);
    await interrupt(TrainingJobArn!);
    const job = await training.finished("spot");
    expect(job.TrainingJobStatus).toBe("Completed");
    expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      "Starting",
      "Downloading",
      "Training",
      "Interrupted",
      "Starting",
      "Downloading",
      "Training",
      "Uploading",
      "Completed",
    ]);
    expect(await lines("spot")).toContain("stub: resuming from epoch-1");
    expect(job.BillableTimeInSeconds).toBeLessThanOrEqual(job.TrainingTimeInSeconds!);
    await expect(interrupt(TrainingJobArn!)).rejects.toThrow("it does not run now");
  });

  test("that has waited too long is given up", async () => {
    // Waiting counts from the request on, so that it is over before the running.
    await training.create("waited", {
      ...spot,
      HyperParameters: { sleep: "600" },
      StoppingCondition: { MaxRuntimeInSeconds: 100, MaxWaitTimeInSeconds: 100 },
    });
    expect(await training.finished("waited")).toMatchObject({
      TrainingJobStatus: "Stopped",
      SecondaryStatus: "MaxWaitTimeExceeded",
    });
  });

  test.each<[string, Partial<CreateTrainingJobCommandInput>, string]>([
    ["no MaxWaitTimeInSeconds", { StoppingCondition: { MaxRuntimeInSeconds: 600 } }, "at least"],
    [
      "less of it than it may run",
      { StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 599 } },
      "at least MaxRuntimeInSeconds (600 s)",
    ],
    ["it without spot instances", { EnableManagedSpotTraining: false }, "needs EnableManagedSpotTraining"],
    [
      "a warm pool",
      {
        ResourceConfig: {
          InstanceType: "ml.m5.large",
          InstanceCount: 1,
          VolumeSizeInGB: 1,
          KeepAlivePeriodInSeconds: 60,
        },
      },
      "not kept for a warm pool",
    ],
  ])("is refused with %s", async (_what, change, message) => {
    await expect(training.create("refused", { ...spot, ...change })).rejects.toThrow(message);
  });

  test("is the only one whose instances can be taken away", async () => {
    const { TrainingJobArn } = await training.create("on-demand", { HyperParameters: { sleep: "0" } });
    await expect(interrupt(TrainingJobArn!)).rejects.toThrow("it has no spot instances");
    expect((await training.finished("on-demand")).TrainingJobStatus).toBe("Completed");
  });
});

describe("a warm pool", () => {
  const kept = (KeepAlivePeriodInSeconds?: number, InstanceType = "ml.g5.xlarge" as const) => ({
    ResourceConfig: { InstanceType, InstanceCount: 1, VolumeSizeInGB: 10, KeepAlivePeriodInSeconds },
  });
  const run = async (name: string, change: Partial<CreateTrainingJobCommandInput>) => {
    await training.create(name, change);
    const job = await training.finished(name);
    const model = await training.readModel(job.ModelArtifacts!.S3ModelArtifacts!);
    return { job, cached: JSON.parse(model["algo-1.json"]!).cached };
  };

  test("is taken by the next job that asks for the same, with what the former has left in its cache", async () => {
    const hour = kept(21_600);
    const first = await run("first", { ...hour, HyperParameters: { cache: "weights" } });
    expect(first.cached).toEqual([]);
    expect(first.job.WarmPoolStatus).toEqual({
      Status: "Available",
      ResourceRetainedBillableTimeInSeconds: 0,
    });
    const listed = await training.client.send(
      new ListTrainingJobsCommand({ WarmPoolStatusEquals: "Available" }),
    );
    expect(listed.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual(["first"]);
    const other = await run("other", { ...kept(), Environment: {}, EnableNetworkIsolation: true });
    expect(other.cached).toEqual([]);
    expect((await run("spot-beside", { ...kept(), ...spot })).cached).toEqual([]);
    const second = await run("second", kept());
    expect(second.cached).toEqual(["weights"]);
    expect(second.job.WarmPoolStatus?.Status).toBe("Terminated");
    expect((await training.describeJob("first")).WarmPoolStatus).toMatchObject({
      Status: "Reused",
      ReusedByJob: "second",
    });
  });

  test("ends when nobody has come in time", async () => {
    await run("short", kept(60));
    await eventually(async () => {
      const { WarmPoolStatus: pool } = await training.describeJob("short");
      return pool?.Status === "Terminated" ? true : undefined;
    });
    expect((await run("late", kept())).job.WarmPoolStatus).toBeUndefined();
  });
});
