import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import {
  type BlueGreenUpdatePolicy,
  DeleteEndpointCommand,
  type DeploymentConfig,
  DescribeEndpointCommand,
  type TrafficRoutingConfig,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import { beforeEach, describe, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel, settled, useHosting } from "./hosting-support.js";
import { eventually, isRunning } from "./support.js";

// A second of AWS's is 20 ms here.
let cloudwatch: CloudWatchClient;
const EndpointName = "guarded";

const hosting = useHosting(async ({ client, s3, config }) => {
  cloudwatch = new CloudWatchClient(config);
  const old = { uri: await putModel(s3, "old") };
  await createConfig(client, "old", old, [{ InitialInstanceCount: 2 }]);
  await createConfig(client, "new", { uri: await putModel(s3, "new") }, [{ InitialInstanceCount: 2 }]);
});

beforeEach(async () => {
  await createEndpoint(hosting.client, EndpointName, "old");
  return async () => {
    await settled(hosting.client, EndpointName);
    await hosting.client.send(new DeleteEndpointCommand({ EndpointName }));
    await eventually(() =>
      describeEndpoint().then(
        () => undefined,
        () => true,
      ),
    );
  };
});

const describeEndpoint = () => hosting.client.send(new DescribeEndpointCommand({ EndpointName }));
const update = (
  routing: Partial<TrafficRoutingConfig>,
  policy: Partial<BlueGreenUpdatePolicy> = {},
  more: Partial<DeploymentConfig> = {},
) =>
  hosting.client.send(
    new UpdateEndpointCommand({
      EndpointName,
      EndpointConfigName: "new",
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: "ALL_AT_ONCE", WaitIntervalInSeconds: 0, ...routing },
          ...policy,
        },
        ...more,
      },
    }),
  );
const answers = async (count: number): Promise<Record<string, number>> => {
  const counts: Record<string, number> = { old: 0, new: 0 };
  for (let index = 0; index < count; index++) counts[(await hosting.invoke(EndpointName)).json.answer]!++;
  return counts;
};
/** Calls until the new fleet answers for the first time: the traffic is being shifted. */
const shifting = () =>
  eventually(async () => ((await hosting.invoke(EndpointName)).json.answer === "new" ? true : undefined));

/** Calls again and again, several at a time; tells how many were answered by whom, and how many were lost. */
function load(callers: number) {
  let going = true;
  const seen = { old: 0, new: 0, lost: 0 };
  const call = async () => {
    while (going) {
      await hosting.invoke(EndpointName).then(
        ({ json }) => seen[json.answer as "old" | "new"]++,
        () => seen.lost++,
      );
    }
  };
  const calls = Array.from({ length: callers }, call);
  return {
    seen,
    async end() {
      going = false;
      await Promise.all(calls);
      return seen;
    },
  };
}

describe("an update with guardrails", () => {
  test("gives a canary its share, and then all", async () => {
    await update({
      Type: "CANARY",
      WaitIntervalInSeconds: 20,
      CanarySize: { Type: "CAPACITY_PERCENT", Value: 10 },
    });
    expect((await describeEndpoint()).EndpointStatus).toBe("Updating");
    const after = await settled(hosting.client, EndpointName);
    expect(after).toMatchObject({
      EndpointStatus: "InService",
      EndpointConfigName: "new",
      LastDeploymentConfig: {
        BlueGreenUpdatePolicy: { TrafficRoutingConfiguration: { Type: "CANARY" } },
      },
    });
    expect(await answers(10)).toEqual({ old: 0, new: 10 });
  });

  test("shifts linearly, step by step", async () => {
    const running = load(2);
    await update({
      Type: "LINEAR",
      WaitIntervalInSeconds: 20,
      LinearStepSize: { Type: "INSTANCE_COUNT", Value: 1 },
    });
    expect((await settled(hosting.client, EndpointName)).EndpointConfigName).toBe("new");
    const seen = await running.end();
    expect(seen.lost).toBe(0);
    expect(seen.old).toBeGreaterThan(0);
    expect(await answers(10)).toEqual({ old: 0, new: 10 });
  });

  test("gives a canary its share, and goes back when an alarm goes off, without losing a request", async () => {
    const Dimensions = [{ Name: "model", Value: "new" }];
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: "errors",
        Namespace: "own",
        MetricName: "errors",
        Dimensions,
        Statistic: "Sum",
        Period: 10,
        EvaluationPeriods: 1,
        Threshold: 0,
        ComparisonOperator: "GreaterThanThreshold",
        TreatMissingData: "notBreaching",
      }),
    );
    // A minute, which only the alarm ends.
    await update(
      { Type: "CANARY", WaitIntervalInSeconds: 3000, CanarySize: { Type: "CAPACITY_PERCENT", Value: 10 } },
      { MaximumExecutionTimeoutInSeconds: 28_800 },
      { AutoRollbackConfiguration: { Alarms: [{ AlarmName: "errors" }] } },
    );
    await shifting();
    // One in ten; a window that begins anywhere may hold one more or less.
    const { new: canary = 0, old } = await answers(300);
    expect(Math.abs(canary - 30)).toBeLessThan(2);
    expect(old).toBe(300 - canary);
    const running = load(4);
    await eventually(() => (running.seen.new > 5 ? true : undefined));
    await eventually(async () => {
      const MetricData = [{ MetricName: "errors", Dimensions, Value: 1 }];
      await cloudwatch.send(new PutMetricDataCommand({ Namespace: "own", MetricData }));
      const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ["errors"] }));
      return MetricAlarms?.[0]?.StateValue === "ALARM" ? true : undefined;
    });
    const after = await settled(hosting.client, EndpointName);
    expect(after).toMatchObject({
      EndpointStatus: "InService",
      EndpointConfigName: "old",
      FailureReason: "The deployment was rolled back: in ALARM: errors.",
    });
    expect((await running.end()).lost).toBe(0);
    expect(await answers(10)).toEqual({ old: 10, new: 0 });
  });

  test("goes back when it takes longer than it may", async () => {
    await update({ WaitIntervalInSeconds: 900 }, { MaximumExecutionTimeoutInSeconds: 600 });
    expect(await settled(hosting.client, EndpointName)).toMatchObject({
      EndpointConfigName: "old",
      FailureReason: expect.stringContaining("MaximumExecutionTimeoutInSeconds (600 s)"),
    });
  });

  test("keeps the old fleet running for as long as it is told to", async () => {
    const { pid } = (await hosting.invoke(EndpointName)).json;
    await update({}, { TerminationWaitInSeconds: 3600 });
    expect((await settled(hosting.client, EndpointName)).EndpointConfigName).toBe("new");
    expect((await hosting.invoke(EndpointName)).json.answer).toBe("new");
    expect(isRunning(pid)).toBe(true);
  });

  test("is refused with an alarm that is not there, or a canary of more than half", async () => {
    const nobody = update({}, {}, { AutoRollbackConfiguration: { Alarms: [{ AlarmName: "nobody" }] } });
    await expect(nobody).rejects.toMatchObject({
      name: "ValidationException",
      message: 'Could not find the alarm "nobody" of the deployment configuration.',
    });
    const most = update({ Type: "CANARY", CanarySize: { Type: "CAPACITY_PERCENT", Value: 60 } });
    await expect(most).rejects.toMatchObject({ message: expect.stringContaining("at most 50 %") });
  });
});
