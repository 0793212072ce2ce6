import {
  CloudWatchClient,
  type Datapoint,
  DescribeAlarmsCommand,
  DescribeAlarmsForMetricCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConfig, createEndpoint } from "./hosting-support.js";
import { startStub } from "./support.js";

let stub: Awaited<ReturnType<typeof startStub>>;
let client: SageMakerClient;
let runtime: SageMakerRuntimeClient;
let cloudwatch: CloudWatchClient;
beforeAll(async () => {
  stub = await startStub();
  client = new SageMakerClient(stub.config);
  runtime = new SageMakerRuntimeClient(stub.config);
  cloudwatch = new CloudWatchClient(stub.config);
});
afterAll(() => stub.dispose());

describe("CloudWatch", () => {
  const between = () => ({
    StartTime: new Date(Date.now() - 600_000),
    EndTime: new Date(Date.now() + 60_000),
  });

  test("counts an endpoint's invocations, errors and latencies", async () => {
    await createConfig(client, "counted", {});
    await createEndpoint(client, "counted", "counted");
    for (let index = 0; index < 6; index++) {
      await runtime.send(new InvokeEndpointCommand({ EndpointName: "counted", Body: "x" }));
    }
    const wrong = { EndpointName: "counted", ContentType: "application/x-command", Body: '{"status": 400}' };
    await expect(runtime.send(new InvokeEndpointCommand(wrong))).rejects.toThrow();
    const Dimensions = [
      { Name: "EndpointName", Value: "counted" },
      { Name: "VariantName", Value: "v1" },
    ];
    const Namespace = "AWS/SageMaker";
    const statistics = async (MetricName: string, more: object) => {
      const asked = { Namespace, MetricName, Dimensions, Period: 3600, ...between(), ...more };
      return (await cloudwatch.send(new GetMetricStatisticsCommand(asked as never))).Datapoints ?? [];
    };
    const sum = (points: readonly Datapoint[]) => points.reduce((total, { Sum = 0 }) => total + Sum, 0);
    expect(sum(await statistics("Invocations", { Statistics: ["Sum"] }))).toBe(7);
    expect(sum(await statistics("Invocation4XXErrors", { Statistics: ["Sum"] }))).toBe(1);
    expect(sum(await statistics("Invocation5XXErrors", { Statistics: ["Sum"] }))).toBe(0);
    const [latency] = await statistics("ModelLatency", {
      ExtendedStatistics: ["p99"],
      Statistics: ["Average"],
    });
    expect(latency?.Unit).toBe("Microseconds");
    expect(latency!.Average).toBeGreaterThan(100);
    expect(latency!.ExtendedStatistics!.p99).toBeGreaterThanOrEqual(latency!.Average! / 7);
    const { Metrics } = await cloudwatch.send(
      new ListMetricsCommand({ Namespace, Dimensions: [{ Name: "EndpointName", Value: "counted" }] }),
    );
    expect(Metrics?.map(({ MetricName }) => MetricName)).toContain("OverheadLatency");
  });

  test("keeps what is put, and gives it back by period", async () => {
    const Dimensions = [{ Name: "job", Value: "a" }];
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: "own",
        MetricData: [
          { MetricName: "loss", Dimensions, Value: 0.5 },
          { MetricName: "loss", Dimensions, Value: 1.5 },
        ],
      }),
    );
    const { MetricDataResults } = await cloudwatch.send(
      new GetMetricDataCommand({
        ...between(),
        MetricDataQueries: [
          {
            Id: "m",
            MetricStat: {
              Metric: { Namespace: "own", MetricName: "loss", Dimensions },
              Period: 3600,
              Stat: "Average",
            },
          },
        ],
      }),
    );
    expect(MetricDataResults?.[0]?.Values).toEqual([1]);
    expect(MetricDataResults?.[0]?.Timestamps?.[0]).toBeInstanceOf(Date);
  });

  test("keeps units apart: nobody adds seconds to milliseconds", async () => {
    const metric = { Namespace: "own", MetricName: "latency" };
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: metric.Namespace,
        MetricData: [
          { MetricName: metric.MetricName, Value: 2, Unit: "Seconds" },
          { MetricName: metric.MetricName, Value: 2_000, Unit: "Milliseconds" },
        ],
      }),
    );
    const sums = async (more: { Unit?: "Seconds" | "Bytes" }) => {
      const asked = { ...metric, ...between(), Period: 3600, Statistics: ["Sum" as const], ...more };
      const { Datapoints } = await cloudwatch.send(new GetMetricStatisticsCommand(asked));
      return Datapoints?.map(({ Unit, Sum }) => [Unit, Sum]);
    };
    expect(await sums({})).toEqual([
      ["Seconds", 2],
      ["Milliseconds", 2_000],
    ]);
    expect(await sums({ Unit: "Seconds" })).toEqual([["Seconds", 2]]);
    expect(await sums({ Unit: "Bytes" })).toEqual([]);
    const { Metrics } = await cloudwatch.send(new ListMetricsCommand(metric));
    expect(Metrics).toHaveLength(1);
  });

  test("refuses a time that ends before it starts", async () => {
    const metric = { Namespace: "own", MetricName: "loss" };
    const { StartTime: EndTime, EndTime: StartTime } = between();
    const asked = { ...metric, StartTime, EndTime, Period: 60, Statistics: ["Sum" as const] };
    await expect(cloudwatch.send(new GetMetricStatisticsCommand(asked))).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message: "The parameter StartTime must be less than the parameter EndTime.",
    });
    const MetricDataQueries = [{ Id: "m", MetricStat: { Metric: metric, Period: 60, Stat: "Sum" } }];
    const sent = cloudwatch.send(new GetMetricDataCommand({ StartTime, EndTime, MetricDataQueries }));
    await expect(sent).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("shows an alarm as it was put, with all its actions and its unit", async () => {
    const alarm: PutMetricAlarmCommandInput = {
      AlarmName: "full",
      AlarmDescription: "a disk",
      ActionsEnabled: false,
      OKActions: ["arn:aws:sns:us-east-1:000000000000:ok"],
      AlarmActions: ["arn:aws:sns:us-east-1:000000000000:alarm"],
      InsufficientDataActions: ["arn:aws:sns:us-east-1:000000000000:nothing"],
      Namespace: "own",
      MetricName: "disk",
      Dimensions: [{ Name: "host", Value: "a" }],
      ExtendedStatistic: "p90",
      Period: 60,
      Unit: "Percent",
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      Threshold: 80,
      ComparisonOperator: "GreaterThanThreshold",
      TreatMissingData: "ignore",
    };
    await cloudwatch.send(new PutMetricAlarmCommand(alarm));
    const { MetricAlarms } = await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: ["full"], ActionPrefix: "arn:aws:sns" }),
    );
    expect(MetricAlarms).toMatchObject([alarm]);
    const found = async (Unit: "Percent" | "Bytes") =>
      (
        await cloudwatch.send(
          new DescribeAlarmsForMetricCommand({
            Namespace: "own",
            MetricName: "disk",
            Dimensions: [{ Name: "host", Value: "a" }],
            Unit,
          }),
        )
      ).MetricAlarms?.length;
    expect([await found("Percent"), await found("Bytes")]).toEqual([1, 0]);
  });
});
