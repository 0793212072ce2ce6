import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
} from "@aws-sdk/client-cloudwatch";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import { wakeUp } from "@sightline/contract/wake-up";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConfig, createEndpoint } from "./hosting-support.js";
import { eventually, startStub } from "./support.js";

// A minute of CloudWatch's is 600 ms here, fifteen are nine seconds.
const TIME_SCALE = 0.01;
let stub: Awaited<ReturnType<typeof startStub>>;
let client: SageMakerClient;
let runtime: SageMakerRuntimeClient;
let scaling: ApplicationAutoScalingClient;
let cloudwatch: CloudWatchClient;
let s3: S3Client;

beforeAll(async () => {
  stub = await startStub({ timeScale: TIME_SCALE });
  client = new SageMakerClient(stub.config);
  runtime = new SageMakerRuntimeClient(stub.config);
  scaling = new ApplicationAutoScalingClient(stub.config);
  cloudwatch = new CloudWatchClient(stub.config);
  s3 = new S3Client(stub.config);
});
afterAll(() => stub.dispose());

const targetOf = (name: string) =>
  ({
    ServiceNamespace: "sagemaker",
    ResourceId: `endpoint/${name}/variant/v1`,
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  }) as const;
const instances = async (EndpointName: string) => {
  const { ProductionVariants, EndpointStatus } = await client.send(
    new DescribeEndpointCommand({ EndpointName }),
  );
  return EndpointStatus === "InService" ? ProductionVariants?.[0]?.CurrentInstanceCount : undefined;
};

describe.concurrent("autoscaling", () => {
  test("on invocations per instance starts instances under load, within the bounds, and stops them when it is over", async () => {
    await createConfig(client, "busy", {});
    await createEndpoint(client, "busy", "busy");
    const target = targetOf("busy");
    await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 3 }));
    const { Alarms } = await scaling.send(
      new PutScalingPolicyCommand({
        ...target,
        PolicyName: "follow",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 5,
          PredefinedMetricSpecification: { PredefinedMetricType: "SageMakerVariantInvocationsPerInstance" },
          ScaleInCooldown: 60,
          ScaleOutCooldown: 60,
        },
      }),
    );
    expect(Alarms).toHaveLength(2);
    let going = true;
    const load = (async () => {
      while (going) {
        // The 60 s of an invocation are 0.6 s here, which a busy machine may miss: it is load all the same.
        await runtime
          .send(new InvokeEndpointCommand({ EndpointName: "busy", Body: "x" }))
          .catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    await eventually(async () => ((await instances("busy")) === 3 ? true : undefined), 30_000);
    const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({ StateValue: "ALARM" }));
    expect(MetricAlarms?.[0]).toMatchObject({
      MetricName: "InvocationsPerInstance",
      Statistic: "Sum",
      Period: 60,
    });
    going = false;
    await load;
    await eventually(async () => ((await instances("busy")) === 1 ? true : undefined), 30_000);
    const { ScalingActivities } = await scaling.send(
      new DescribeScalingActivitiesCommand({ ServiceNamespace: "sagemaker", ResourceId: target.ResourceId }),
    );
    expect(ScalingActivities?.map(({ Description }) => Description)).toEqual([
      expect.stringContaining("to 1."),
      ...ScalingActivities!.slice(1).map(() => expect.stringMatching(/to [23]\./)),
    ]);
    await scaling.send(new DeregisterScalableTargetCommand(target));
    const { ScalingPolicies } = await scaling.send(
      new DescribeScalingPoliciesCommand({ ServiceNamespace: "sagemaker", ResourceId: target.ResourceId }),
    );
    expect(ScalingPolicies).toEqual([]);
    const left = await cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNamePrefix: "TargetTracking-endpoint/busy" }),
    );
    expect(left.MetricAlarms).toEqual([]);
  });

  test("takes an idle asynchronous endpoint to zero, and an alarm on its backlog wakes it up", async () => {
    await s3.send(new CreateBucketCommand({ Bucket: "async" }));
    await createConfig(client, "idle", { asyncOutput: "s3://async/out/" });
    await createEndpoint(client, "idle", "idle");
    const target = targetOf("idle");
    await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 0, MaxCapacity: 2 }));
    const Dimensions = [{ Name: "EndpointName", Value: "idle" }];
    await scaling.send(
      new PutScalingPolicyCommand({
        ...target,
        PolicyName: "backlog",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 5,
          CustomizedMetricSpecification: {
            MetricName: "ApproximateBacklogSizePerInstance",
            Namespace: "AWS/SageMaker",
            Dimensions,
            Statistic: "Average",
          },
        },
      }),
    );
    const { PolicyARN } = await scaling.send(
      new PutScalingPolicyCommand({
        ...target,
        PolicyName: "wake-up",
        ...wakeUp.policy,
      }),
    );
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: "wake-up",
        ...wakeUp.alarm,
        Dimensions,
        AlarmActions: [PolicyARN!],
      }),
    );
    await eventually(async () => ((await instances("idle")) === 0 ? true : undefined), 30_000);
    await s3.send(new PutObjectCommand({ Bucket: "async", Key: "in", Body: "wake" }));
    const { OutputLocation } = await runtime.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: "idle",
        InputLocation: "s3://async/in",
        RequestTTLSeconds: 3600,
      }),
    );
    const Key = OutputLocation!.replace("s3://async/", "");
    const output = await eventually(
      () => s3.send(new GetObjectCommand({ Bucket: "async", Key })).catch(() => undefined),
      30_000,
    );
    expect(JSON.parse(await output.Body!.transformToString()).bytes).toBe(4);
    expect(await eventually(() => instances("idle"))).toBe(1);
    await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ["wake-up"] }));
    const gone = cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ["wake-up"] }));
    await expect(gone).rejects.toMatchObject({ name: "ResourceNotFound" });
  });
});
