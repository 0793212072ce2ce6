import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DeleteEndpointCommand, UpdateEndpointCommand } from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import { createConfig, createEndpoint, settled, useHosting } from "./hosting-support.js";
import { eventually } from "./support.js";

const hosting = useHosting();

describe("autoscaling", () => {
  const target = {
    ServiceNamespace: "sagemaker",
    ResourceId: "endpoint/main/variant/v1",
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  } as const;

  test("targets and policies are kept, described and removed", async () => {
    const scaling = new ApplicationAutoScalingClient(hosting.config);
    const policy = { ...target, PolicyName: "busy" };
    const early = scaling.send(
      new PutScalingPolicyCommand({ ...policy, PolicyType: "TargetTrackingScaling" }),
    );
    await expect(early).rejects.toMatchObject({ name: "ObjectNotFoundException" });
    await scaling.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 4 }));
    const predefined = { PredefinedMetricType: "SageMakerVariantInvocationsPerInstance" } as const;
    for (const refused of [
      {
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 0,
          PredefinedMetricSpecification: predefined,
        },
      },
      { PolicyType: "StepScaling" },
    ] as const) {
      const answer = scaling.send(new PutScalingPolicyCommand({ ...policy, ...refused }));
      await expect(answer).rejects.toMatchObject({ name: "ValidationException" });
    }
    await scaling.send(
      new PutScalingPolicyCommand({
        ...policy,
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 30_000,
          ScaleInCooldown: 120,
          PredefinedMetricSpecification: { PredefinedMetricType: "SageMakerVariantInvocationsPerInstance" },
        },
      }),
    );
    const { ScalableTargets } = await scaling.send(
      new DescribeScalableTargetsCommand({ ServiceNamespace: "sagemaker" }),
    );
    expect(ScalableTargets).toMatchObject([
      { ResourceId: target.ResourceId, MinCapacity: 1, MaxCapacity: 4 },
    ]);
    const { ScalingPolicies } = await scaling.send(
      new DescribeScalingPoliciesCommand({ ServiceNamespace: "sagemaker", ResourceId: target.ResourceId }),
    );
    expect(ScalingPolicies?.[0]?.TargetTrackingScalingPolicyConfiguration?.TargetValue).toBe(30_000);
    await scaling.send(new DeleteScalingPolicyCommand(policy));
    await scaling.send(new DeregisterScalableTargetCommand(target));
    const again = scaling.send(new DeregisterScalableTargetCommand(target));
    await expect(again).rejects.toMatchObject({ name: "ObjectNotFoundException" });
    const unknown = scaling.send(
      new RegisterScalableTargetCommand({
        ...target,
        ResourceId: "endpoint/no/variant/v1",
        MinCapacity: 1,
        MaxCapacity: 2,
      }),
    );
    await expect(unknown).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("go with their endpoint, and with a variant that an update leaves out", async () => {
    const scaling = new ApplicationAutoScalingClient(hosting.config);
    const cloudwatch = new CloudWatchClient(hosting.config);
    const left = async () => {
      const ServiceNamespace = "sagemaker";
      const { ScalableTargets } = await scaling.send(
        new DescribeScalableTargetsCommand({ ServiceNamespace }),
      );
      const { ScalingPolicies } = await scaling.send(
        new DescribeScalingPoliciesCommand({ ServiceNamespace }),
      );
      const { MetricAlarms } = await cloudwatch.send(new DescribeAlarmsCommand({}));
      return {
        targets: ScalableTargets?.map(({ ResourceId }) => ResourceId),
        policies: ScalingPolicies?.length,
        alarms: MetricAlarms?.length,
      };
    };
    await createConfig(hosting.client, "both", {}, [{}, {}]);
    await createEndpoint(hosting.client, "short", "both");
    for (const variant of ["v1", "v2"]) {
      const own = { ...target, ResourceId: `endpoint/short/variant/${variant}` };
      await scaling.send(new RegisterScalableTargetCommand({ ...own, MinCapacity: 1, MaxCapacity: 4 }));
      await scaling.send(
        new PutScalingPolicyCommand({
          ...own,
          PolicyName: "busy",
          PolicyType: "TargetTrackingScaling",
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 100,
            PredefinedMetricSpecification: { PredefinedMetricType: "SageMakerVariantInvocationsPerInstance" },
          },
        }),
      );
    }
    expect(await left()).toMatchObject({ policies: 2, alarms: 4 });
    const update = { EndpointName: "short", EndpointConfigName: "one" };
    await hosting.client.send(new UpdateEndpointCommand(update));
    await settled(hosting.client, "short");
    expect(await left()).toEqual({ targets: ["endpoint/short/variant/v1"], policies: 1, alarms: 2 });

    await hosting.client.send(new DeleteEndpointCommand({ EndpointName: "short" }));
    await eventually(async () => ((await left()).targets?.length === 0 ? true : undefined));
    await createEndpoint(hosting.client, "short", "one");
    expect(await left()).toEqual({ targets: [], policies: 0, alarms: 0 });
  });
});
