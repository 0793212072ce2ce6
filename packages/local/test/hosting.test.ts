import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointsCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  InvokeEndpointWithResponseStreamCommand,
  SageMakerRuntimeClient,
} from "@aws-sdk/client-sagemaker-runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel, settled } from "./hosting-support.js";
import { eventually, isRunning, ROLE, startStub } from "./support.js";

let stub: Awaited<ReturnType<typeof startStub>>;
let client: SageMakerClient;
let runtime: SageMakerRuntimeClient;
let s3: S3Client;

beforeAll(async () => {
  stub = await startStub({ timeScale: 0.02 });
  client = new SageMakerClient(stub.config);
  runtime = new SageMakerRuntimeClient(stub.config);
  s3 = new S3Client(stub.config);
  await createConfig(client, "one", { uri: await putModel(s3, "one"), env: { EXTRA: "yes" } });
  await createConfig(client, "two", { uri: await putModel(s3, "two") }, [{ InitialInstanceCount: 2 }]);
  await createConfig(client, "crashing", { env: { STUB_CRASH: "wrong input" } });
  await createConfig(client, "unwell", { env: { STUB_UNWELL: "1" } }, [
    { ContainerStartupHealthCheckTimeoutInSeconds: 60 },
  ]);
  await createEndpoint(client, "main", "one");
});
afterAll(() => stub.dispose());

const invoke = async (EndpointName: string, Body: string | Uint8Array = "hello", more: object = {}) => {
  const answer = await runtime.send(
    new InvokeEndpointCommand({ EndpointName, Body, ContentType: "text/plain", ...more }),
  );
  return { ...answer, json: JSON.parse(new TextDecoder().decode(answer.Body)) };
};
const command = (EndpointName: string, what: object) =>
  invoke(EndpointName, JSON.stringify(what), { ContentType: "application/x-command" });

describe("invocations", () => {
  test("reach the container with their headers and come back with its answer", async () => {
    const answer = await invoke("main", "hello", { Accept: "application/json", CustomAttributes: "trace=1" });
    expect(answer.json).toMatchObject({
      answer: "one",
      bytes: 5,
      type: "text/plain",
      accept: "application/json",
      attributes: "trace=1",
      extra: "yes",
    });
    expect(answer).toMatchObject({ ContentType: "application/json", InvokedProductionVariant: "v1" });
  });

  test("are the only way to a container: it listens on loopback alone", async () => {
    expect((await invoke("main")).json.address).toBe("127.0.0.1");
  });

  test.each([400, 415, 500, 503])(
    "a container's %i becomes 424 ModelError with the original",
    async (status) => {
      await expect(command("main", { status, echo: { why: "because" } })).rejects.toMatchObject({
        name: "ModelError",
        OriginalStatusCode: status,
        OriginalMessage: expect.stringContaining("because"),
        $metadata: { httpStatusCode: 424 },
      });
    },
  );

  test("of many at a time are no leak to Node.js", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    await Promise.all(Array.from({ length: 15 }, () => command("main", { sleep: 100 })));
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  test("that outlast 60 s are ModelError with status 0", async () => {
    await expect(command("main", { sleep: 3_000 })).rejects.toMatchObject({
      name: "ModelError",
      OriginalStatusCode: 0,
      OriginalMessage: expect.stringContaining("timed out"),
    });
  });

  test("above the payload limit are refused, up to it they pass", async () => {
    expect((await invoke("main", new Uint8Array(6_291_456))).json.bytes).toBe(6_291_456);
    await expect(invoke("main", new Uint8Array(6_291_457))).rejects.toMatchObject({
      message: "HTTP content length exceeded 6291456 bytes.",
      $metadata: { httpStatusCode: 413 },
    });
    await expect(command("main", { bytes: 6_291_457 })).rejects.toMatchObject({ name: "ModelError" });
  });

  test("of an endpoint that is not there are ValidationError", async () => {
    await expect(invoke("nobody")).rejects.toMatchObject({
      name: "ValidationError",
      message: "Endpoint nobody of account 000000000000 not found.",
    });
  });

  test("stream: each piece is handed on when the container sends it", async () => {
    const { Body, ContentType } = await runtime.send(
      new InvokeEndpointWithResponseStreamCommand({
        EndpointName: "main",
        ContentType: "application/x-command",
        Body: JSON.stringify({ pieces: ["one ", "two ", "three"], pause: 100 }),
      }),
    );
    const pieces: string[] = [];
    const times: number[] = [];
    for await (const event of Body!) {
      pieces.push(new TextDecoder().decode(event.PayloadPart?.Bytes));
      times.push(performance.now());
    }
    expect(ContentType).toBe("text/plain");
    expect(pieces).toEqual(["one ", "two ", "three"]);
    expect(times[2]! - times[0]!).toBeGreaterThan(120);
  });

  test("stream: a container that dies in the middle is an error in the stream", async () => {
    await createEndpoint(client, "dying", "one");
    const { Body } = await runtime.send(
      new InvokeEndpointWithResponseStreamCommand({
        EndpointName: "dying",
        ContentType: "application/x-command",
        Body: JSON.stringify({ pieces: ["one "], pause: 50, dieAfter: true }),
      }),
    );
    const read = async () => {
      for await (const event of Body!) if (event.ModelStreamError) throw event.ModelStreamError;
    };
    await expect(read()).rejects.toMatchObject({ name: "ModelStreamError" });
    await client.send(new DeleteEndpointCommand({ EndpointName: "dying" }));
  });
});

describe("endpoints", () => {
  test("spread requests over their instances and replace one that dies", async () => {
    await createEndpoint(client, "pair", "two");
    const pids = new Set<number>();
    await Promise.all(
      Array.from({ length: 8 }, async () => pids.add((await command("pair", { sleep: 50 })).json.pid)),
    );
    expect(pids.size).toBe(2);
    await expect(command("pair", { die: true })).rejects.toMatchObject({ name: "ModelError" });
    await eventually(async () => {
      const { ProductionVariants } = await client.send(new DescribeEndpointCommand({ EndpointName: "pair" }));
      // A request may still meet the one that is dying.
      const answers = await Promise.allSettled(
        Array.from({ length: 8 }, () => command("pair", { sleep: 50 })),
      );
      const now = new Set(
        answers.map((answer) => (answer.status === "fulfilled" ? answer.value.json.pid : 0)),
      );
      return ProductionVariants?.[0]?.CurrentInstanceCount === 2 && now.size === 2 ? true : undefined;
    });
    await client.send(new DeleteEndpointCommand({ EndpointName: "pair" }));
  });

  test("give a container that hangs no more requests, and replace it", async () => {
    await createEndpoint(client, "hanging", "two");
    const pids = new Set<number>();
    await Promise.all(
      Array.from({ length: 8 }, async () => pids.add((await command("hanging", { sleep: 50 })).json.pid)),
    );
    expect(pids.size).toBe(2);
    await expect(command("hanging", { hang: true })).rejects.toMatchObject({ name: "ModelError" });
    const left = await eventually(() => {
      const running = [...pids].filter(isRunning);
      return running.length === 1 ? running[0] : undefined;
    }, 30_000);
    await eventually(async () => {
      const { ProductionVariants } = await client.send(
        new DescribeEndpointCommand({ EndpointName: "hanging" }),
      );
      return ProductionVariants?.[0]?.CurrentInstanceCount === 2 ? true : undefined;
    });
    expect(isRunning(left!)).toBe(true);
    await client.send(new DeleteEndpointCommand({ EndpointName: "hanging" }));
  });

  test("that cannot start are Failed, and say why", async () => {
    const crashing = await createEndpoint(client, "crashing", "crashing");
    expect(crashing.EndpointStatus).toBe("Failed");
    expect(crashing.FailureReason).toMatch(
      /did not pass the ping health check.*cannot load the model: wrong input/,
    );
    const unwell = await createEndpoint(client, "unwell", "unwell");
    expect(unwell.FailureReason).toContain("did not pass the ping health check");
    for (const EndpointName of ["crashing", "unwell"])
      await client.send(new DeleteEndpointCommand({ EndpointName }));
  });

  test("without their model's archive are Failed, and name it", async () => {
    await createConfig(client, "lost", { uri: "s3://models/lost/model.tar.gz" });
    const endpoint = await createEndpoint(client, "lost", "lost");
    expect(endpoint.FailureReason).toContain("Could not find model data at s3://models/lost/model.tar.gz");
    await s3.send(new PutObjectCommand({ Bucket: "models", Key: "lost/model.tar.gz", Body: "not a tar" }));
    await client.send(new DeleteEndpointCommand({ EndpointName: "lost" }));
    await eventually(async () => {
      const { Endpoints } = await client.send(new ListEndpointsCommand({ NameContains: "lost" }));
      return Endpoints?.length === 0 ? true : undefined;
    });
    const broken = await createEndpoint(client, "lost", "lost");
    expect(broken.FailureReason).toContain("Failed to extract model data archive");
  });

  test("switch to a new config without losing a request, and drain the old fleet", async () => {
    await createEndpoint(client, "switch", "one");
    const { pid } = (await invoke("switch")).json;
    const slow = command("switch", { sleep: 900 });
    let failures = 0;
    let going = true;
    const seen: string[] = [];
    const load = (async () => {
      while (going) {
        await invoke("switch").then(
          ({ json }) => seen.push(json.answer),
          () => failures++,
        );
      }
    })();
    await client.send(new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }));
    const during = await client.send(new DescribeEndpointCommand({ EndpointName: "switch" }));
    expect(during).toMatchObject({ EndpointStatus: "Updating", EndpointConfigName: "one" });
    const busy = client.send(
      new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }),
    );
    await expect(busy).rejects.toMatchObject({
      message: expect.stringContaining("Cannot update in-progress endpoint"),
    });
    const after = await settled(client, "switch");
    expect(after).toMatchObject({ EndpointStatus: "InService", EndpointConfigName: "two" });
    expect((await invoke("switch")).json.answer).toBe("two");
    going = false;
    await load;
    expect(failures).toBe(0);
    expect(new Set(seen)).toEqual(new Set(["one", "two"]));
    expect((await slow).json.answer).toBe("one");
    await eventually(() => (isRunning(pid) ? undefined : true));
  });

  test("keep the old config when the new one does not start", async () => {
    await client.send(new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "crashing" }));
    const after = await settled(client, "switch");
    expect(after).toMatchObject({ EndpointStatus: "InService", EndpointConfigName: "two" });
    expect(after.FailureReason).toContain("wrong input");
    expect((await invoke("switch")).json.answer).toBe("two");
    const same = client.send(
      new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }),
    );
    await expect(same).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("start and stop instances when told their number", async () => {
    const set = async (DesiredInstanceCount: number) => {
      await client.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: "switch",
          DesiredWeightsAndCapacities: [{ VariantName: "v1", DesiredInstanceCount }],
        }),
      );
      return (await settled(client, "switch")).ProductionVariants?.[0];
    };
    expect(await set(3)).toMatchObject({ CurrentInstanceCount: 3, DesiredInstanceCount: 3 });
    expect(await set(1)).toMatchObject({ CurrentInstanceCount: 1, DesiredInstanceCount: 1 });
  });

  test("keep the number of instances through an update that asks for it", async () => {
    await client.send(
      new UpdateEndpointCommand({
        EndpointName: "switch",
        EndpointConfigName: "one",
        RetainAllVariantProperties: true,
      }),
    );
    const kept = await settled(client, "switch");
    expect(kept.ProductionVariants?.[0]).toMatchObject({ DesiredInstanceCount: 1 });
    await client.send(new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }));
    const reset = await settled(client, "switch");
    expect(reset.ProductionVariants?.[0]).toMatchObject({ DesiredInstanceCount: 2, CurrentInstanceCount: 2 });
  });

  test("send each variant its share, and a named one all", async () => {
    await createConfig(client, "variants", {}, [{ InitialVariantWeight: 3 }, { InitialVariantWeight: 1 }]);
    await createEndpoint(client, "variants", "variants");
    const counts: Record<string, number> = { v1: 0, v2: 0 };
    for (let index = 0; index < 200; index++) counts[(await invoke("variants")).InvokedProductionVariant!]!++;
    // Binomial with p = 3/4: five standard deviations are 31.
    expect(counts.v1).toBeGreaterThan(150 - 31);
    expect(counts.v1).toBeLessThan(150 + 31);
    expect((await invoke("variants", "x", { TargetVariant: "v2" })).InvokedProductionVariant).toBe("v2");
    const wrong = invoke("variants", "x", { TargetVariant: "v9" });
    await expect(wrong).rejects.toMatchObject({ name: "ValidationError" });
    await client.send(new DeleteEndpointCommand({ EndpointName: "variants" }));
  });

  test("are gone after deletion, with their processes", async () => {
    await createEndpoint(client, "short", "one");
    const { pid } = (await invoke("short")).json;
    await client.send(new DeleteEndpointCommand({ EndpointName: "short" }));
    await eventually(() => (isRunning(pid) ? undefined : true));
    await eventually(() =>
      client.send(new DescribeEndpointCommand({ EndpointName: "short" })).then(
        () => undefined,
        () => true,
      ),
    );
    await expect(client.send(new DescribeEndpointCommand({ EndpointName: "short" }))).rejects.toMatchObject({
      name: "ValidationException",
      message: 'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/short".',
    });
  });
});

describe("asynchronous invocations", () => {
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: "async" }));
    await createConfig(client, "queue", { asyncOutput: "s3://async/out/" });
    await createEndpoint(client, "queue", "queue");
  });
  const submit = async (what: object, more: object = {}) => {
    const Key = `in/${Math.random()}`;
    await s3.send(new PutObjectCommand({ Bucket: "async", Key, Body: JSON.stringify(what) }));
    return runtime.send(
      new InvokeEndpointAsyncCommand({
        EndpointName: "queue",
        InputLocation: `s3://async/${Key}`,
        ContentType: "application/x-command",
        ...more,
      }),
    );
  };
  const read = (uri: string) =>
    eventually(async () => {
      const Key = uri.replace("s3://async/", "");
      const got = await s3.send(new GetObjectCommand({ Bucket: "async", Key })).catch(() => undefined);
      return got && { text: await got.Body!.transformToString(), type: got.ContentType };
    });

  test("lay their output into S3, also when they outlast 60 s", async () => {
    const answer = await submit({ sleep: 1_500, echo: { n: 1 } }, { InferenceId: "möin" });
    expect(answer.InferenceId).toBe("möin");
    expect(answer.$metadata.httpStatusCode).toBe(202);
    const output = await read(answer.OutputLocation!);
    expect(JSON.parse(output.text)).toMatchObject({ n: 1 });
    expect(output.type).toBe("application/json");
  });

  test("lay their failure into S3", async () => {
    const failed = await submit({ status: 422, echo: { why: "text file" } });
    expect((await read(failed.FailureLocation!)).text).toMatch(/client error \(422\).*text file/);
    const lost = await runtime.send(
      new InvokeEndpointAsyncCommand({ EndpointName: "queue", InputLocation: "s3://async/nothing" }),
    );
    expect((await read(lost.FailureLocation!)).text).toContain("does not exist");
  });

  test("whose output has no place say so in their failure", async () => {
    await client.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: "nowhere",
        ProductionVariants: [
          { VariantName: "v1", ModelName: "queue", InstanceType: "ml.m5.xlarge", InitialInstanceCount: 1 },
        ],
        AsyncInferenceConfig: {
          OutputConfig: { S3OutputPath: "s3://no-such-bucket/", S3FailurePath: "s3://async/nowhere" },
        },
      }),
    );
    await createEndpoint(client, "nowhere", "nowhere");
    const { FailureLocation } = await submit({}, { EndpointName: "nowhere" });
    expect((await read(FailureLocation!)).text).toMatch(/cannot be put at s3:\/\/no-such-bucket\/.*exist/);
  });

  test("all come back when there are more than the instances take at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => submit({ sleep: 20, echo: { n } })),
    );
    const outputs = await Promise.all(answers.map(({ OutputLocation }) => read(OutputLocation!)));
    expect(outputs.map(({ text }) => JSON.parse(text).n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test("and synchronous ones are told apart", async () => {
    await expect(invoke("queue")).rejects.toMatchObject({ name: "ValidationError" });
    const sync = runtime.send(
      new InvokeEndpointAsyncCommand({ EndpointName: "main", InputLocation: "s3://async/x" }),
    );
    await expect(sync).rejects.toMatchObject({ name: "ValidationError" });
  });
});

describe("what AWS refuses is refused here", () => {
  const variant = {
    VariantName: "v",
    ModelName: "one",
    InstanceType: "ml.m5.xlarge" as const,
    InitialInstanceCount: 1,
  };
  test.each([
    [
      "a model that exists",
      () =>
        new CreateModelCommand({
          ModelName: "one",
          ExecutionRoleArn: ROLE,
          PrimaryContainer: { Image: "stub" },
        }),
      'Cannot create already existing model "arn:aws:sagemaker:us-east-1:000000000000:model/one".',
    ],
    [
      "a config that exists",
      () => new CreateEndpointConfigCommand({ EndpointConfigName: "one", ProductionVariants: [variant] }),
      'Cannot create already existing endpoint configuration "arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/one".',
    ],
    [
      "an endpoint that exists",
      () => new CreateEndpointCommand({ EndpointName: "main", EndpointConfigName: "one" }),
      'Cannot create already existing endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/main".',
    ],
    ["a missing model", () => new DescribeModelCommand({ ModelName: "no" }), "Could not find model"],
    [
      "a missing config",
      () => new DescribeEndpointConfigCommand({ EndpointConfigName: "no" }),
      "Could not find endpoint configuration",
    ],
    [
      "deleting a missing config",
      () => new DeleteEndpointConfigCommand({ EndpointConfigName: "no" }),
      "Could not find endpoint configuration",
    ],
    ["deleting a missing model", () => new DeleteModelCommand({ ModelName: "no" }), "Could not find model"],
    [
      "an endpoint of no config",
      () => new CreateEndpointCommand({ EndpointName: "x", EndpointConfigName: "no" }),
      "Could not find endpoint configuration",
    ],
    [
      "a variant of no model",
      () =>
        new CreateEndpointConfigCommand({
          EndpointConfigName: "x",
          ProductionVariants: [{ ...variant, ModelName: "no" }],
        }),
      "Could not find model",
    ],
    [
      "a name with a dot",
      () => new CreateEndpointCommand({ EndpointName: "a.b", EndpointConfigName: "one" }),
      "Value 'a.b' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ],
  ])("%s", async (_what, make, message) => {
    await expect(client.send(make() as CreateModelCommand)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(message),
    });
  });

  test("an operation that is not implemented is named in a typed error", async () => {
    const { CreateLabelingJobCommand } = await import("@aws-sdk/client-sagemaker");
    const sent = client.send(new CreateLabelingJobCommand({ LabelingJobName: "x" } as never));
    await expect(sent).rejects.toMatchObject({
      name: "NotImplementedException",
      message: expect.stringContaining("CreateLabelingJob"),
    });
  });
});

describe("autoscaling", () => {
  const target = {
    ServiceNamespace: "sagemaker",
    ResourceId: "endpoint/main/variant/v1",
    ScalableDimension: "sagemaker:variant:DesiredInstanceCount",
  } as const;

  test("targets and policies are kept, described and removed", async () => {
    const scaling = new ApplicationAutoScalingClient(stub.config);
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
});
