import { expect, test } from "vitest";
import { type Input, quick, Refusal } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { autoscaling, hosting, options } from "../../test/support/with-hosting.js";
import type { AwsService, SendOptions } from "../aws/send-request.js";
import type { Session } from "../session.js";
import { deleteEndpoint } from "./delete-endpoint.js";
import { deployEndpoint } from "./deploy-endpoint.js";
import { describeAutoscaling } from "./describe-autoscaling.js";
import type { DeployEvent } from "./endpoint.js";
import { registerAutoscaling } from "./register-autoscaling.js";

test("tells how an endpoint scales, and undefined when it does not", async () => {
  const endpoint = await deployEndpoint(session, options);
  expect(await describeAutoscaling(session, endpoint)).toBeUndefined();
  await registerAutoscaling(session, endpoint, { ...autoscaling, scaleInCooldownSeconds: 120 });
  expect(await describeAutoscaling(session, "drivers")).toEqual({
    minInstances: 1,
    maxInstances: 4,
    policies: [
      {
        name: "sightline-invocationsPerInstancePerMinute",
        type: "TargetTrackingScaling",
        metric: "SageMakerVariantInvocationsPerInstance",
        target: 30_000,
        scaleInCooldownSeconds: 120,
        scaleOutCooldownSeconds: 300,
      },
    ],
  });
});

test("another instance type ends the scaling before the update, and registers it again after", async () => {
  await deployEndpoint(session, { ...options, autoscaling });
  const larger = { ...options, instance: { type: "ml.m5.2xlarge" } };
  await expect(deployEndpoint(session, larger)).rejects.toThrow(
    /autoscaling must be given when the instance type changes/,
  );
  expect(hosting.targets.size).toBe(1);
  await deployEndpoint(session, { ...larger, autoscaling });
  const operations = aws.operations();
  const update = operations.lastIndexOf("UpdateEndpoint");
  expect(operations.lastIndexOf("DeregisterScalableTarget")).toBeLessThan(update);
  expect(operations.lastIndexOf("RegisterScalableTarget")).toBeGreaterThan(update);
});

test("scaling that was ended for another instance type comes back when the update fails", async () => {
  await deployEndpoint(session, { ...options, autoscaling });
  aws.on("UpdateEndpoint", () => new Refusal(400, "ValidationException", "no capacity of that type"));
  const events: DeployEvent[] = [];
  const larger = deployEndpoint(session, {
    ...options,
    instance: { type: "ml.m5.2xlarge" },
    autoscaling,
  });
  await expect(follow(larger, (event) => events.push(event))).rejects.toThrow(/no capacity of that type/);
  expect(hosting.targets.size).toBe(1);
  expect(hosting.configs.size).toBe(1);
  expect(hosting.models.size).toBe(1);
  expect(events.filter((event) => event.kind === "removed")).toHaveLength(1);
});

test("a change of target removes the policy of the former one", async () => {
  await deployEndpoint(session, { ...options, autoscaling });
  const other = { minInstances: 1, maxInstances: 2, concurrentRequestsPerInstance: 5 } as const;
  await deployEndpoint(session, { ...options, autoscaling: other });
  expect([...hosting.policies.keys()]).toEqual(["sightline-concurrentRequestsPerInstance"]);
});

test("an asynchronous endpoint has its folders, and scales on its backlog", async () => {
  const endpoint = await deployEndpoint(session, {
    ...options,
    async: { outputUri: "s3://drivers/async/", maxConcurrentPerInstance: 1 },
    autoscaling: { minInstances: 1, maxInstances: 2, backlogPerInstance: 2 },
  });
  expect(endpoint.isAsync).toBe(true);
  expect(aws.inputs("CreateEndpointConfig")[0]?.AsyncInferenceConfig).toEqual({
    OutputConfig: { S3OutputPath: "s3://drivers/async/", S3FailurePath: "s3://drivers/async/failures/" },
    ClientConfig: { MaxConcurrentInvocationsPerInstance: 1 },
  });
  const policy = hosting.policies.get("sightline-backlogPerInstance");
  expect(policy?.TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification).toMatchObject({
    MetricName: "ApproximateBacklogSizePerInstance",
    Dimensions: [{ Name: "EndpointName", Value: "drivers" }],
  });
});

test("an asynchronous endpoint that scales to zero has an alarm that wakes it, which goes with the scaling", async () => {
  const alarms: Input[] = [];
  const sent = session.send;
  const watched: Session = {
    ...session,
    send: async <Output>(service: AwsService, operation: string, input: Input, rest?: SendOptions) => {
      if (service !== "cloudwatch") return sent<Output>(service, operation, input, rest);
      alarms.push({ operation, ...input });
      return {} as Output;
    },
  };
  const put = aws.handlerOf("PutScalingPolicy");
  aws.on("PutScalingPolicy", (input, count) => ({
    ...put(input, count),
    PolicyARN: `arn:${input.PolicyName}`,
  }));
  await deployEndpoint(watched, {
    ...options,
    async: { outputUri: "s3://drivers/async/" },
    autoscaling: { minInstances: 0, maxInstances: 2, backlogPerInstance: 2 },
  });
  expect(aws.inputs("CreateEndpointConfig")[0]?.ProductionVariants[0].InitialInstanceCount).toBe(1);
  expect([...hosting.policies.keys()]).toEqual(["sightline-backlogPerInstance", "sightline-wake-up"]);
  expect(alarms).toEqual([
    expect.objectContaining({
      operation: "PutMetricAlarm",
      AlarmName: "sightline-wake-up-drivers-AllTraffic",
      MetricName: "HasBacklogWithoutCapacity",
      AlarmActions: ["arn:sightline-wake-up"],
    }),
  ]);
  await deleteEndpoint(watched, "drivers", quick);
  expect(hosting.policies.size).toBe(0);
  expect(alarms.at(-1)).toEqual({
    operation: "DeleteAlarms",
    AlarmNames: ["sightline-wake-up-drivers-AllTraffic"],
  });
});
