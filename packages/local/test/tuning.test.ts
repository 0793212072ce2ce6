import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobCommandInput,
  DeleteHyperParameterTuningJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
  type HyperParameterTuningJobConfig,
  ListHyperParameterTuningJobsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
  StopHyperParameterTuningJobCommand,
} from "@aws-sdk/client-sagemaker";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCommandLine } from "./command-line-support.js";
import { eventually, ROLE, startStub, stubPath, temporaryFolder } from "./support.js";

const images = { tune: { train: [process.execPath, stubPath("tune")] } };
const gate = path.join(temporaryFolder(), "gate");
let stub: Awaited<ReturnType<typeof startStub>>;
let client: SageMakerClient;
beforeAll(async () => {
  stub = await startStub({ images });
  client = new SageMakerClient(stub.config);
  await new S3Client(stub.config).send(new CreateBucketCommand({ Bucket: "tuning" }));
});
afterAll(async () => {
  await stub.dispose();
  rmSync(path.dirname(gate), { recursive: true });
});

const rates = {
  ContinuousParameterRanges: [
    { Name: "learning_rate", MinValue: "0.0001", MaxValue: "1", ScalingType: "Logarithmic" as const },
  ],
};
const request = (
  HyperParameterTuningJobName: string,
  config: Partial<HyperParameterTuningJobConfig>,
  fixed: Record<string, string> = {},
): CreateHyperParameterTuningJobCommandInput => ({
  HyperParameterTuningJobName,
  HyperParameterTuningJobConfig: {
    Strategy: "Random",
    HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: "objective" },
    ResourceLimits: { MaxNumberOfTrainingJobs: 6, MaxParallelTrainingJobs: 3 },
    ParameterRanges: rates,
    RandomSeed: 7,
    ...config,
  },
  TrainingJobDefinition: {
    AlgorithmSpecification: {
      TrainingImage: "tune",
      TrainingInputMode: "File",
      MetricDefinitions: [{ Name: "objective", Regex: "objective=(\\S+);" }],
    },
    RoleArn: ROLE,
    OutputDataConfig: { S3OutputPath: "s3://tuning/out/" },
    ResourceConfig: { InstanceType: "ml.m5.large", InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    StaticHyperParameters: fixed,
  },
});
const tune = (...given: Parameters<typeof request>) =>
  client.send(new CreateHyperParameterTuningJobCommand(request(...given)));
const describeJob = (HyperParameterTuningJobName: string) =>
  client.send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName }));
const trials = async (HyperParameterTuningJobName: string, more: object = {}) => {
  const { TrainingJobSummaries = [] } = await client.send(
    new ListTrainingJobsForHyperParameterTuningJobCommand({
      HyperParameterTuningJobName,
      MaxResults: 100,
      ...more,
    }),
  );
  return TrainingJobSummaries;
};
const ended = (name: string) =>
  eventually(async () => {
    const job = await describeJob(name);
    return /^(Completed|Failed|Stopped)$/.test(job.HyperParameterTuningJobStatus!) ? job : undefined;
  }, 120_000);
/** Until so many training jobs run. */
const running = (name: string, count: number) =>
  eventually(async () => {
    const { InProgress } = (await describeJob(name)).TrainingJobStatusCounters!;
    return InProgress === count ? true : undefined;
  }, 60_000);
const objectiveValue = (trial: Awaited<ReturnType<typeof trials>>[number]) =>
  trial.FinalHyperParameterTuningJobObjectiveMetric?.Value;

describe("a random search", () => {
  test("runs so many training jobs, so many at a time, and names the best", async () => {
    rmSync(gate, { force: true });
    await tune("random", {}, { gate, epochs: "2" });
    await running("random", 3);
    expect((await describeJob("random")).HyperParameterTuningJobStatus).toBe("InProgress");
    writeFileSync(gate, "");
    const job = await ended("random");
    expect(job).toMatchObject({
      HyperParameterTuningJobStatus: "Completed",
      TrainingJobStatusCounters: { Completed: 6, InProgress: 0, NonRetryableError: 0, Stopped: 0 },
      ObjectiveStatusCounters: { Succeeded: 6, Pending: 0, Failed: 0 },
    });
    const byValue = await trials("random", { SortBy: "FinalObjectiveMetricValue", SortOrder: "Descending" });
    const values = byValue.map(objectiveValue);
    expect(values).toEqual([...values].sort((a, b) => b! - a!));
    expect(job.BestTrainingJob).toMatchObject({
      TrainingJobName: byValue[0]!.TrainingJobName,
      FinalHyperParameterTuningJobObjectiveMetric: { MetricName: "objective", Value: values[0] },
    });
    // The nearer to 0.01 in orders of magnitude, the better: that is what the program makes of it.
    const distance = byValue.map(({ TunedHyperParameters: tuned }) =>
      Math.abs(Math.log10(Number(tuned!.learning_rate)) + 2),
    );
    expect(distance).toEqual([...distance].sort((a, b) => a - b));
    const best = await client.send(
      new DescribeTrainingJobCommand({ TrainingJobName: byValue[0]!.TrainingJobName }),
    );
    expect(best.TuningJobArn).toBe(job.HyperParameterTuningJobArn);
    expect(best.HyperParameters).toMatchObject({ epochs: "2", _tuning_objective_metric: "objective" });
  });
});

test("what promises nothing is ended early, by the median of those before", async () => {
  const ParameterRanges = {
    CategoricalParameterRanges: [{ Name: "learning_rate", Values: ["0.01", "0.0001", "0.1"] }],
  };
  const ResourceLimits = { MaxParallelTrainingJobs: 1 };
  const grid = { Strategy: "Grid" as const, ParameterRanges, ResourceLimits };
  // The second would never end by itself.
  const hanging = { epochs: "2", hangAfter: "1", hangFor: "0.0001" };
  await tune("early", { ...grid, TrainingJobEarlyStoppingType: "Auto" }, hanging);
  expect(await ended("early")).toMatchObject({
    HyperParameterTuningJobStatus: "Completed",
    ObjectiveStatusCounters: { Succeeded: 3 },
    BestTrainingJob: { TunedHyperParameters: { learning_rate: "0.01" }, TrainingJobStatus: "Completed" },
  });
  expect((await trials("early"))[1]).toMatchObject({
    TrainingJobStatus: "Stopped",
    ObjectiveStatus: "Succeeded",
  });
});

test("a grid tries every choice once", async () => {
  const ParameterRanges = {
    CategoricalParameterRanges: [
      { Name: "optimizer", Values: ["sgd", "adam"] },
      { Name: "learning_rate", Values: ["0.1", "0.01"] },
    ],
  };
  await tune("grid", { Strategy: "Grid", ParameterRanges, ResourceLimits: { MaxParallelTrainingJobs: 2 } });
  const job = await ended("grid");
  expect(job.BestTrainingJob?.TunedHyperParameters).toEqual({ optimizer: "adam", learning_rate: "0.01" });
  const tried = (await trials("grid")).map(({ TunedHyperParameters: tuned }) => Object.values(tuned!).join());
  expect(tried).toEqual(["sgd,0.1", "sgd,0.01", "adam,0.1", "adam,0.01"]);
});

test("Hyperband ends every job that has had its resources", async () => {
  await tune(
    "hyperband",
    {
      Strategy: "Hyperband",
      StrategyConfig: { HyperbandStrategyConfig: { MinResource: 1, MaxResource: 2 } },
      ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2 },
    },
    // None would end by itself.
    { hangAfter: "2" },
  );
  expect(await ended("hyperband")).toMatchObject({
    HyperParameterTuningJobStatus: "Completed",
    TrainingJobStatusCounters: { Stopped: 4 },
    ObjectiveStatusCounters: { Succeeded: 4 },
  });
});

test("a search that a stopped server was busy with goes on, with the same choices", async () => {
  rmSync(gate, { force: true });
  const limits = { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2 };
  await tune("resumed", { ResourceLimits: limits }, { gate, epochs: "1" });
  await running("resumed", 2);
  const before = await trials("resumed");
  await stub.local.close();
  stub = await startStub({ images, stateDir: stub.stateDir, port: stub.local.port });
  await running("resumed", 2);
  const after = await trials("resumed");
  expect(after.map(({ TunedHyperParameters }) => TunedHyperParameters)).toEqual(
    before.map(({ TunedHyperParameters }) => TunedHyperParameters),
  );
  expect(after[0]!.TrainingJobName).not.toBe(before[0]!.TrainingJobName);
  writeFileSync(gate, "");
  expect(await ended("resumed")).toMatchObject({
    HyperParameterTuningJobStatus: "Completed",
    TrainingJobStatusCounters: { Completed: 4, NonRetryableError: 0 },
  });
});

test("a server killed among twelve jobs, three at a time, goes on and finds the better learning rate", async () => {
  rmSync(gate, { force: true });
  const [stateDir, image] = [temporaryFolder(), temporaryFolder()];
  const programs = { train: "train.mjs" };
  writeFileSync(
    path.join(image, "package.json"),
    JSON.stringify({ type: "module", sightline: { programs } }),
  );
  copyFileSync(stubPath("tune"), path.join(image, "train.mjs"));
  const start = async () => {
    const server = await startCommandLine(stateDir, "--image", `tune=${image}`);
    client = new SageMakerClient(server.config);
    return server;
  };
  let server = await start();
  try {
    await new S3Client(server.config).send(new CreateBucketCommand({ Bucket: "tuning" }));
    const limits = { MaxNumberOfTrainingJobs: 12, MaxParallelTrainingJobs: 3 };
    await tune("killed", { ResourceLimits: limits }, { gate, epochs: "1" });
    await running("killed", 3);
    server.kill("SIGKILL");
    await server.ended;
    server = await start();
    await running("killed", 3);
    writeFileSync(gate, "");
    const job = await ended("killed");
    expect(job).toMatchObject({
      HyperParameterTuningJobStatus: "Completed",
      TrainingJobStatusCounters: { Completed: 12, NonRetryableError: 0 },
    });
    const rates = (await trials("killed")).map((trial) => Number(trial.TunedHyperParameters!.learning_rate));
    const distance = (rate: number) => Math.abs(Math.log10(rate) + 2);
    const best = Number(job.BestTrainingJob!.TunedHyperParameters!.learning_rate);
    expect(distance(best)).toBe(Math.min(...rates.map(distance)));
  } finally {
    server.kill("SIGTERM");
    await server.ended;
    client = new SageMakerClient(stub.config);
    for (const folder of [stateDir, image]) rmSync(folder, { recursive: true });
  }
});

test("a search that is stopped stops its training jobs; one that is over is deleted", async () => {
  rmSync(gate, { force: true });
  await tune("stopped", {}, { gate });
  await running("stopped", 3);
  const HyperParameterTuningJobName = "stopped";
  const remove = () => client.send(new DeleteHyperParameterTuningJobCommand({ HyperParameterTuningJobName }));
  await expect(remove()).rejects.toThrow("is still running");
  await client.send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName }));
  expect(await ended("stopped")).toMatchObject({
    HyperParameterTuningJobStatus: "Stopped",
    TrainingJobStatusCounters: { InProgress: 0, Stopped: 3 },
  });
  await remove();
  await expect(describeJob("stopped")).rejects.toMatchObject({ name: "ResourceNotFound" });
});

test("a search all of whose training jobs fail has failed, and says why; a target that is reached ends one", async () => {
  const two = { ResourceLimits: { MaxNumberOfTrainingJobs: 2, MaxParallelTrainingJobs: 2 } };
  await tune("failing", two, { exit: "3" });
  expect(await ended("failing")).toMatchObject({
    HyperParameterTuningJobStatus: "Failed",
    FailureReason: expect.stringContaining("exit code: 3"),
  });
  const one = { ResourceLimits: { MaxNumberOfTrainingJobs: 50, MaxParallelTrainingJobs: 1 } };
  await tune("reached", { ...one, TuningJobCompletionCriteria: { TargetObjectiveMetricValue: -10 } });
  expect((await ended("reached")).TrainingJobStatusCounters?.Completed).toBe(1);
  const { HyperParameterTuningJobSummaries: found } = await client.send(
    new ListHyperParameterTuningJobsCommand({ StatusEquals: "Failed" }),
  );
  expect(found?.map(({ HyperParameterTuningJobName: name }) => name)).toEqual(["failing"]);
});

test.each<[string, Partial<HyperParameterTuningJobConfig>]>([
  ['Strategy "Bayesian"', { Strategy: "Bayesian" }],
  [
    "is not one of the algorithm's: objective",
    { HyperParameterTuningJobObjective: { Type: "Minimize", MetricName: "loss" } },
  ],
  ["at least one parameter range", { ParameterRanges: {} }],
  ["categorical ranges only", { Strategy: "Grid" }],
  ["must not be larger", { ResourceLimits: { MaxNumberOfTrainingJobs: 2, MaxParallelTrainingJobs: 3 } }],
  ["must be Off", { Strategy: "Hyperband", TrainingJobEarlyStoppingType: "Auto" }],
])("a search is refused: %s", async (message, config) => {
  await expect(tune("refused", config)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining(message),
  });
});
