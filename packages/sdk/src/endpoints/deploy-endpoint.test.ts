import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeAws, type Input, missing, quick, Refusal } from "../../test/support/fake-aws.js";
import type { AwsService, SendOptions } from "../aws/send-request.js";
import { EndpointFailedError, InvalidInputError, WaitTimeoutError } from "../errors.js";
import type { ModelArtifact } from "../models/model.js";
import type { Session } from "../session.js";
import { registerAutoscaling } from "./autoscaling.js";
import { deleteEndpoint } from "./delete-endpoint.js";
import { deployEndpoint } from "./deploy-endpoint.js";
import type { DeployEndpointOptions } from "./deploy-options.js";
import { describeAutoscaling } from "./describe-autoscaling.js";
import type { DeployEvent } from "./endpoint.js";

/** A SageMaker with one endpoint: takes the calls, and walks through the statuses it is told to. */
class Hosting {
  readonly models = new Map<string, Input>();
  readonly configs = new Map<string, Input>();
  readonly tags = new Map<string, Input[]>();
  readonly targets = new Map<string, Input>();
  readonly policies = new Map<string, Input>();
  endpoint:
    | { status: string; config: string; failureReason?: string; modified: number; instances: number }
    | undefined;
  /** Statuses that the next describes show, one each; the last stays. */
  script: { status: string; config?: "new" | "old"; failureReason?: string; instances?: number }[] = [];
  #old = "";
  #new = "";

  constructor(aws: FakeAws) {
    const arn = (kind: string, name: string) => `arn:aws:sagemaker:us-east-1:111122223333:${kind}/${name}`;
    const create =
      (kind: string, store: Map<string, Input>, key: string, arnKey: string) => (input: Input) => {
        if (store.has(input[key]))
          return new Refusal(400, "ValidationException", `Cannot create already existing ${kind}`);
        store.set(input[key], input);
        this.tags.set(arn(kind, input[key]), input.Tags);
        return { [arnKey]: arn(kind, input[key]) };
      };
    const describe =
      (kind: string, store: Map<string, Input>, key: string, arnKey: string) => (input: Input) =>
        store.has(input[key]) ? { ...store.get(input[key]), [arnKey]: arn(kind, input[key]) } : missing(kind);
    const remove = (kind: string, store: Map<string, Input>, key: string) => (input: Input) =>
      store.delete(input[key]) ? {} : missing(kind);
    aws
      .on("CreateModel", create("model", this.models, "ModelName", "ModelArn"))
      .on("DescribeModel", describe("model", this.models, "ModelName", "ModelArn"))
      .on("DeleteModel", remove("model", this.models, "ModelName"))
      .on("ListModels", ({ NameContains }) => ({
        Models: [...this.models.keys()]
          .filter((name) => name.includes(NameContains))
          .map((ModelName) => ({ ModelName, ModelArn: arn("model", ModelName) })),
      }))
      .on(
        "CreateEndpointConfig",
        create("endpoint-config", this.configs, "EndpointConfigName", "EndpointConfigArn"),
      )
      .on(
        "DescribeEndpointConfig",
        describe("endpoint-config", this.configs, "EndpointConfigName", "EndpointConfigArn"),
      )
      .on("DeleteEndpointConfig", remove("endpoint-config", this.configs, "EndpointConfigName"))
      .on("ListEndpointConfigs", ({ NameContains, NextToken }) => {
        const names = [...this.configs.keys()].filter((name) => name.includes(NameContains));
        const at = Number(NextToken ?? 0); // One a page.
        return {
          EndpointConfigs: names.slice(at, at + 1).map((EndpointConfigName) => ({ EndpointConfigName })),
          NextToken: at + 1 < names.length ? String(at + 1) : undefined,
        };
      })
      .on("ListTags", ({ ResourceArn }) => ({ Tags: this.tags.get(ResourceArn) ?? [] }))
      .on("CreateEndpoint", (input) => {
        if (this.endpoint !== undefined)
          return new Refusal(400, "ValidationException", "Cannot create already existing endpoint");
        this.#new = input.EndpointConfigName;
        this.#old = this.#new;
        this.endpoint = { status: "Creating", config: this.#new, modified: 1, instances: 1 };
        if (this.script.length === 0) this.script = [{ status: "Creating" }, { status: "InService" }];
        return { EndpointArn: arn("endpoint", "drivers") };
      })
      .on("UpdateEndpoint", (input) => {
        const endpoint = this.endpoint;
        if (endpoint === undefined) return missing("endpoint");
        if (endpoint.config === input.EndpointConfigName)
          return new Refusal(400, "ValidationException", "Cannot update to the live config");
        this.#old = endpoint.config;
        this.#new = input.EndpointConfigName;
        endpoint.modified += 1;
        if (this.script.length === 0) {
          this.script = [
            { status: "Updating", config: "old" },
            { status: "InService", config: "new" },
          ];
        }
        return {};
      })
      .on("DeleteEndpoint", () => {
        if (this.endpoint === undefined) return missing("endpoint");
        this.endpoint.status = "Deleting";
        this.script = [{ status: "Deleting" }, { status: "Gone" }];
        return {};
      })
      .on("DescribeEndpoint", () => {
        const endpoint = this.endpoint;
        if (endpoint === undefined) return missing("endpoint");
        const step = this.script.shift();
        if (step !== undefined) {
          endpoint.status = step.status;
          endpoint.config = step.config === "old" ? this.#old : this.#new || endpoint.config;
          if (step.failureReason !== undefined) endpoint.failureReason = step.failureReason;
          else delete endpoint.failureReason;
          endpoint.instances = step.instances ?? endpoint.instances;
        }
        if (endpoint.status === "Gone") {
          this.endpoint = undefined;
          return missing("endpoint");
        }
        return {
          EndpointArn: arn("endpoint", "drivers"),
          EndpointStatus: endpoint.status,
          EndpointConfigName: endpoint.config,
          FailureReason: endpoint.failureReason,
          LastModifiedTime: endpoint.modified,
          ProductionVariants: [{ VariantName: "AllTraffic", CurrentInstanceCount: endpoint.instances }],
        };
      })
      .on("RegisterScalableTarget", (input) => {
        this.targets.set(input.ResourceId, input);
        return {};
      })
      .on("DeregisterScalableTarget", (input) =>
        this.targets.delete(input.ResourceId)
          ? {}
          : new Refusal(400, "ObjectNotFoundException", "No scalable target found"),
      )
      .on("DescribeScalableTargets", ({ ResourceIds }) => ({
        ScalableTargets: ResourceIds.flatMap((id: string) => this.targets.get(id) ?? []),
      }))
      .on("PutScalingPolicy", (input) => {
        this.policies.set(input.PolicyName, input);
        return {};
      })
      .on("DescribeScalingPolicies", () => ({ ScalingPolicies: [...this.policies.values()] }))
      .on("DeleteScalingPolicy", (input) => {
        this.policies.delete(input.PolicyName);
        return {};
      })
      .on("DescribeLogStreams", () => ({
        logStreams: [{ logStreamName: "AllTraffic/i-1", lastEventTimestamp: 1 }],
      }))
      .on("GetLogEvents", () => ({ events: [{ timestamp: 1, message: "Error: no model.onnx\n" }] }));
  }
}

let aws: FakeAws;
let session: Session;
let hosting: Hosting;
beforeEach(async () => {
  aws = await FakeAws.start();
  session = await aws.session();
  hosting = new Hosting(aws);
  aws.s3.put("drivers", "m1.tar.gz", "one");
  aws.s3.put("drivers", "m2.tar.gz", "two");
});
afterEach(() => aws.stop());

const first: ModelArtifact = { kind: "model-artifact", uri: "s3://drivers/m1.tar.gz", image: "own:1" };
const second: ModelArtifact = { ...first, uri: "s3://drivers/m2.tar.gz" };
const options: DeployEndpointOptions = {
  name: "drivers",
  model: first,
  instance: { type: "ml.m5.xlarge" },
  ...quick,
};
const autoscaling = { minInstances: 1, maxInstances: 4, invocationsPerInstancePerMinute: 30_000 } as const;

test("creates model, configuration and endpoint, proves that it serves, then registers scaling", async () => {
  const events: DeployEvent[] = [];
  const endpoint = await deployEndpoint(session, {
    ...options,
    autoscaling: { ...autoscaling, scaleInCooldownSeconds: 120 },
    onEvent: (event) => events.push(event),
  });
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
  const events: DeployEvent[] = [];
  const two = await deployEndpoint(session, {
    ...options,
    model: second,
    onEvent: (event) => events.push(event),
  });
  expect(two.action).toBe("updated");
  expect(aws.inputs("UpdateEndpoint")).toEqual([
    { EndpointName: "drivers", EndpointConfigName: two.configName, RetainAllVariantProperties: true },
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

test("a former configuration that may not be removed is a warning, not a failed deployment", async () => {
  await deployEndpoint(session, options);
  aws.on("DeleteEndpointConfig", () => new Refusal(403, "AccessDeniedException", "not you"));
  const events: DeployEvent[] = [];
  const done = await deployEndpoint(session, {
    ...options,
    model: second,
    onEvent: (event) => events.push(event),
  });
  expect(done.action).toBe("updated");
  expect(events.at(-1)).toMatchObject({ kind: "warning", message: expect.stringContaining("not you") });
});

test("an endpoint that somebody else made meanwhile is told as such", async () => {
  aws.on("CreateEndpoint", () => {
    hosting.endpoint = { status: "InService", config: "theirs", modified: 1, instances: 1 };
    return new Refusal(400, "ValidationException", "Cannot create already existing endpoint");
  });
  const error = await deployEndpoint(session, options).catch((thrown) => thrown);
  expect(error).toMatchObject({ rolledBack: false, failureReason: expect.stringContaining("serves theirs") });
});

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

test("a rollback ends InService with the former configuration, and is an error with its reason and log", async () => {
  const one = await deployEndpoint(session, options);
  hosting.script = [
    { status: "InService", config: "old" },
    { status: "Updating", config: "old" },
    { status: "RollingBack", config: "old" },
    { status: "InService", config: "old", failureReason: "alarm too-many-errors" },
  ];
  // The first step is what deployEndpoint() sees before the update.
  const error = await deployEndpoint(session, { ...options, model: second }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(EndpointFailedError);
  expect(error).toMatchObject({
    endpointName: "drivers",
    rolledBack: true,
    failureReason: "alarm too-many-errors",
  });
  expect(error.message).toMatch(/^Endpoint drivers rolled back and serves its former configuration: alarm/);
  expect(error.logTail).toEqual(["Error: no model.onnx"]);
  // What was made for the new configuration is gone again.
  expect([...hosting.configs.keys()]).toEqual([one.configName]);
  expect([...hosting.models.keys()]).toEqual([one.modelName]);
});

test("a rollback so quick that no look saw it is an error too", async () => {
  await deployEndpoint(session, options);
  aws.on("UpdateEndpoint", () => {
    Object.assign(hosting.endpoint as object, { modified: 99, failureReason: "no ping" });
    return {};
  });
  const error = await deployEndpoint(session, { ...options, model: second }).catch((thrown) => thrown);
  expect(error).toMatchObject({ rolledBack: true, failureReason: "no ping" });
});

test("a describe that lags behind the update is not taken for a rollback", async () => {
  await deployEndpoint(session, options);
  hosting.script = [
    { status: "InService", config: "old" },
    { status: "InService", config: "old" },
    { status: "InService", config: "old" },
    { status: "Updating", config: "old" },
    { status: "InService", config: "new" },
  ];
  expect((await deployEndpoint(session, { ...options, model: second })).action).toBe("updated");
});

test("an endpoint that fails is an error with reason and log; the next deployment makes it anew", async () => {
  hosting.script = [
    { status: "Creating" },
    { status: "Failed", failureReason: "did not pass the ping health check" },
  ];
  const error = await deployEndpoint(session, options).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(EndpointFailedError);
  expect(error.message).toBe(
    "Endpoint drivers ended Failed: did not pass the ping health check\nLast log lines:\n  Error: no model.onnx",
  );
  const events: DeployEvent[] = [];
  const again = await deployEndpoint(session, { ...options, onEvent: (event) => events.push(event) });
  expect(again.action).toBe("created");
  expect(events).toContainEqual({ kind: "removed", resource: "endpoint", name: "drivers" });
});

test("an endpoint that is being changed is waited for first", async () => {
  await deployEndpoint(session, options);
  hosting.script = [{ status: "SystemUpdating" }, { status: "SystemUpdating" }, { status: "InService" }];
  await deployEndpoint(session, { ...options, model: second });
  const operations = aws.operations();
  const update = operations.indexOf("UpdateEndpoint");
  expect(
    operations.slice(0, update).filter((operation) => operation === "DescribeEndpoint").length,
  ).toBeGreaterThan(3);
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
    onEvent: (event) => events.push(event),
  });
  await expect(larger).rejects.toThrow(/no capacity of that type/);
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

test("a wait has its limit, and an abort its reason; the deployment goes on", async () => {
  hosting.script = Array.from({ length: 500 }, () => ({ status: "Creating" }));
  await expect(deployEndpoint(session, { ...options, timeoutMs: 60 })).rejects.toThrow(WaitTimeoutError);
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  setTimeout(() => controller.abort(reason), 30);
  await expect(deployEndpoint(session, { ...options, signal: controller.signal })).rejects.toBe(reason);
  expect(hosting.endpoint?.status).toBe("Creating");
});

test("throttling and server errors during the wait are waited out", async () => {
  const patient = await aws.session({ maxAttempts: 1 });
  const describe = aws.handlerOf("DescribeEndpoint");
  aws.on("DescribeEndpoint", (input, count) => {
    if (count === 1) return new Refusal(400, "ThrottlingException", "Rate exceeded");
    if (count === 2) return new Refusal(503, "ServiceUnavailable", "later");
    return describe(input, count);
  });
  expect((await deployEndpoint(patient, options)).action).toBe("created");
});

test("deletes the endpoint with all that was made for it, twice without an error", async () => {
  await deployEndpoint(session, { ...options, autoscaling });
  await deployEndpoint(session, { ...options, model: second, keepFormer: true });
  hosting.configs.set("drivers-other", { EndpointConfigName: "drivers-other", ProductionVariants: [] });
  hosting.models.set("drivers-x", { ModelName: "drivers-x" });
  const deleted = await deleteEndpoint(session, "drivers", quick);
  expect(deleted.map((gone) => gone.resource)).toEqual([
    "autoscaling",
    "endpoint",
    "endpoint-config",
    "model",
    "endpoint-config",
    "model",
  ]);
  expect([...hosting.configs.keys()]).toEqual(["drivers-other"]);
  expect([...hosting.models.keys()]).toEqual(["drivers-x"]);
  expect(hosting.targets.size).toBe(0);
  expect(await deleteEndpoint(session, "drivers", quick)).toEqual([]);
});
