import { CloudWatchClient, GetMetricStatisticsCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConfig, createEndpoint } from "./hosting-support.js";
import { eventually } from "./support.js";
import { startTraining, type Training } from "./training-support.js";

let training: Training;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  training = await startTraining();
  cloudwatch = new CloudWatchClient(training.config);
});
afterAll(() => training.dispose());

/** Datapoints of a metric in minutes, from an instant up to a minute from now. */
async function points(
  Namespace: string,
  MetricName: string,
  dimensions: Record<string, string>,
  StartTime: Date,
) {
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      StartTime,
      EndTime: new Date(Date.now() + 60_000),
      Period: 3600,
      Statistics: ["Average", "Maximum", "SampleCount"],
    }),
  );
  return Datapoints;
}

test("a job's metrics are in CloudWatch, from the minute in which it began", async () => {
  await training.create("curve", {
    HyperParameters: { epochs: "3" },
    AlgorithmSpecification: {
      TrainingImage: "stub",
      TrainingInputMode: "File",
      MetricDefinitions: [{ Name: "validation:accuracy", Regex: "Validation-accuracy=(\\S+)" }],
    },
  });
  const job = await training.finished("curve");
  const dimensions = { TrainingJobName: "curve" };
  const Namespace = "/aws/sagemaker/TrainingJobs";
  const { Metrics } = await cloudwatch.send(new ListMetricsCommand({ Namespace }));
  expect(Metrics?.map(({ MetricName }) => MetricName)).toEqual(["validation:accuracy"]);
  // As the Python SDK's TrainingJobAnalytics asks: from the job's own start.
  const [point] = await points(Namespace, "validation:accuracy", dimensions, job.TrainingStartTime!);
  expect(point).toMatchObject({ SampleCount: 3, Maximum: expect.closeTo(0.6, 5) });
  expect(point!.Average).toBeCloseTo(0.5, 5);
});

describe.skipIf(process.platform !== "linux")("an endpoint", () => {
  test("has the CPU time and memory of its processes in CloudWatch", async () => {
    const begun = new Date();
    await createConfig(training.client, "measured", {});
    await createEndpoint(training.client, "measured", "measured");
    const dimensions = { EndpointName: "measured", VariantName: "v1" };
    const seen = (name: string) =>
      eventually(async () => (await points("/aws/sagemaker/Endpoints", name, dimensions, begun))[0]);
    const memory = await seen("MemoryUtilization");
    expect(memory.Average).toBeGreaterThan(0);
    expect(memory.Average).toBeLessThan(50);
    expect((await seen("CPUUtilization")).Average).toBeGreaterThanOrEqual(0);
  });
});
