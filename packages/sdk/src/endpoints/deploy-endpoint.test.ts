import { expect, test } from "vitest";
import type { Input } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { autoscaling, first, hosting, options, second } from "../../test/support/with-hosting.js";
import { InvalidInputError } from "../errors.js";
import { deployEndpoint } from "./deploy-endpoint.js";
import type { DeployEndpointOptions } from "./deploy-options.js";

test("creates model, configuration and endpoint, proves that it serves, then registers scaling", async () => {
  const { events, result: endpoint } = await follow(
    deployEndpoint(session, {
      ...options,
      autoscaling: { ...autoscaling, scaleInCooldownSeconds: 120 },
    }),
  );
  expect(endpoint).toMatchObject({ kind: "endpoint", name: "drivers", action: "created", isAsync: false });
  expect(endpoint.configName).toMatch(/^drivers-[0-9a-f]{12}$/);
  const [config] = aws.inputs("CreateEndpointConfig") as [Input];
  expect(config.ProductionVariants).toEqual([
    {
      VariantName: "AllTraffic",
      ModelName: endpoint.modelName,
      InstanceType: "ml.m5.xlarge",
      InitialInstanceCount: 1,
      InitialVariantWeight: 1,
      ModelDataDownloadTimeoutInSeconds: 1200,
      ContainerStartupHealthCheckTimeoutInSeconds: 600,
    },
  ]);
  expect(config.Tags).toContainEqual({ Key: "sightline:endpoint", Value: "drivers" });
  expect(hosting.targets.get("endpoint/drivers/variant/AllTraffic")).toMatchObject({
    MinCapacity: 1,
    MaxCapacity: 4,
  });
  expect(hosting.policies.get("sightline-invocationsPerInstancePerMinute")).toMatchObject({
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 30_000,
      PredefinedMetricSpecification: { PredefinedMetricType: "SageMakerVariantInvocationsPerInstance" },
      ScaleInCooldown: 120,
      ScaleOutCooldown: 300,
    },
  });
  const inService = aws.operations().lastIndexOf("DescribeEndpoint");
  expect(aws.operations().indexOf("RegisterScalableTarget")).toBeGreaterThan(inService);
  expect(events.map((event) => event.kind)).toEqual(["model", "config", "status", "status", "autoscaling"]);
});

test("done twice, the second time creates and updates nothing", async () => {
  const one = await deployEndpoint(session, options);
  const two = await deployEndpoint(session, options);
  expect(two).toEqual({ ...one, action: "unchanged" });
  for (const operation of ["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]) {
    expect(aws.inputs(operation)).toHaveLength(1);
  }
  expect(aws.inputs("UpdateEndpoint")).toEqual([]);
});

test("an artefact replaced under the same URI is another model", async () => {
  const one = await deployEndpoint(session, options);
  aws.s3.put("drivers", "m1.tar.gz", "trained again");
  const two = await deployEndpoint(session, options);
  expect(two.action).toBe("updated");
  expect(two.modelName).not.toBe(one.modelName);
});

test("an update keeps the scaled instances, and removes the former configuration and model", async () => {
  const one = await deployEndpoint(session, { ...options, autoscaling });
  const { events, result: two } = await follow(
    deployEndpoint(session, {
      ...options,
      model: second,
    }),
  );
  expect(two.action).toBe("updated");
  expect(aws.inputs("UpdateEndpoint")).toEqual([
    {
      EndpointName: "drivers",
      EndpointConfigName: two.configName,
      RetainAllVariantProperties: true,
      // Else the former capture would go on, whatever the new configuration says.
      ExcludeRetainedVariantProperties: [{ VariantPropertyType: "DataCaptureConfig" }],
    },
  ]);
  expect([...hosting.configs.keys()]).toEqual([two.configName]);
  expect([...hosting.models.keys()]).toEqual([two.modelName]);
  expect(events.filter((event) => event.kind === "removed")).toEqual([
    { kind: "removed", resource: "endpoint-config", name: one.configName },
    { kind: "removed", resource: "model", name: one.modelName },
  ]);
});

test("an instance count that is asked for is set, unless scaling has it", async () => {
  await deployEndpoint(session, options);
  await deployEndpoint(session, { ...options, instance: { type: "ml.m5.xlarge", count: 3 } });
  expect(aws.inputs("UpdateEndpoint")[0]?.RetainAllVariantProperties).toBeUndefined();
  await deployEndpoint(session, {
    ...options,
    model: second,
    instance: { type: "ml.m5.xlarge", count: 2 },
    autoscaling,
  });
  expect(aws.inputs("UpdateEndpoint")[1]?.RetainAllVariantProperties).toBe(true);
});

test("keepFormer keeps, and what others made stays in any case", async () => {
  const one = await deployEndpoint(session, options);
  await deployEndpoint(session, { ...options, model: second, keepFormer: true });
  expect(hosting.configs.has(one.configName)).toBe(true);
  hosting.tags.clear();
  await deployEndpoint(session, { ...options, instance: { type: "ml.m5.2xlarge" } });
  expect(hosting.configs.size).toBe(3);
});

test("a guarded update hands on its strategy and alarms", async () => {
  await deployEndpoint(session, options);
  await deployEndpoint(session, {
    ...options,
    model: second,
    deployment: {
      kind: "canary",
      percent: 20,
      waitSeconds: 300,
      rollbackAlarms: ["errors"],
      keepOldSeconds: 60,
    },
  });
  expect(aws.inputs("UpdateEndpoint")[0]?.DeploymentConfig).toEqual({
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: {
        Type: "CANARY",
        CanarySize: { Type: "CAPACITY_PERCENT", Value: 20 },
        WaitIntervalInSeconds: 300,
      },
      TerminationWaitInSeconds: 60,
      MaximumExecutionTimeoutInSeconds: 14_400,
    },
    AutoRollbackConfiguration: { Alarms: [{ AlarmName: "errors" }] },
  });
});

test.each<[string, Partial<DeployEndpointOptions>, string]>([
  ["name", { name: "my_drivers" }, "an underscore"],
  ["instance", { serverless: { memoryMb: 2048, maxConcurrency: 1 } }, "both kinds"],
  [
    "dataCapture",
    {
      instance: undefined,
      serverless: { memoryMb: 2048, maxConcurrency: 1 },
      dataCapture: { uri: "s3://b/captured/" },
    } as never,
    "not of serverless",
  ],
  ["instance.type", { instance: { type: "m5.xlarge" } }, "no ml."],
  ["autoscaling.maxInstances", { autoscaling: { ...autoscaling, maxInstances: 0 } }, "below the minimum"],
  [
    "autoscaling",
    { autoscaling: { ...autoscaling, concurrentRequestsPerInstance: 1 } as never },
    "two targets",
  ],
  ["autoscaling", { autoscaling: { minInstances: 1, maxInstances: 2, backlogPerInstance: 2 } }, "no queue"],
  ["startupTimeoutSeconds", { startupTimeoutSeconds: 3601 }, "above the service's limit"],
  ["deployment.percent", { deployment: { kind: "linear", percent: 5, waitSeconds: 0 } }, "too small a step"],
  ["async.outputUri", { async: { outputUri: "out/" } }, "no URI"],
])("refuses %s before the first request (%o: %s)", async (field, wrong) => {
  const error = await deployEndpoint(session, { ...options, ...wrong }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});

test("an artefact that does not exist is an error before anything is made", async () => {
  const error = await deployEndpoint(session, {
    ...options,
    model: { ...first, uri: "s3://drivers/none.tar.gz" },
  }).catch((thrown) => thrown);
  expect(error).toMatchObject({ name: "InvalidInputError", field: "model.uri" });
  expect(aws.operations()).toEqual(["HeadObject"]);
});
