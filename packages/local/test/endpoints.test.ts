import { PutObjectCommand } from "@aws-sdk/client-s3";
import {
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  ListEndpointsCommand,
} from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel, useHosting } from "./hosting-support.js";
import { eventually, isRunning } from "./support.js";

// An invocation has three seconds: eight at a time take longer than one on a busy machine.
const hosting = useHosting(async ({ client, s3 }) => {
  await createConfig(client, "one", { uri: await putModel(s3, "one") });
  await createConfig(client, "two", { uri: await putModel(s3, "two") }, [{ InitialInstanceCount: 2 }]);
  await createConfig(client, "crashing", { env: { STUB_CRASH: "wrong input" } });
  await createConfig(client, "unwell", { env: { STUB_UNWELL: "1" } }, [
    { ContainerStartupHealthCheckTimeoutInSeconds: 60 },
  ]);
}, 0.05);

describe("endpoints", () => {
  test("spread requests over their instances and replace one that dies", async () => {
    await createEndpoint(hosting.client, "pair", "two");
    const pids = new Set<number>();
    await Promise.all(
      Array.from({ length: 8 }, async () =>
        pids.add((await hosting.command("pair", { sleep: 50 })).json.pid),
      ),
    );
    expect(pids.size).toBe(2);
    await expect(hosting.command("pair", { die: true })).rejects.toMatchObject({ name: "ModelError" });
    await eventually(async () => {
      const { ProductionVariants } = await hosting.client.send(
        new DescribeEndpointCommand({ EndpointName: "pair" }),
      );
      // A request may still meet the one that is dying.
      const answers = await Promise.allSettled(
        Array.from({ length: 8 }, () => hosting.command("pair", { sleep: 50 })),
      );
      const now = new Set(
        answers.map((answer) => (answer.status === "fulfilled" ? answer.value.json.pid : 0)),
      );
      return ProductionVariants?.[0]?.CurrentInstanceCount === 2 && now.size === 2 ? true : undefined;
    });
    await hosting.client.send(new DeleteEndpointCommand({ EndpointName: "pair" }));
  });

  test("give a container that hangs no more requests, and replace it", async () => {
    await createEndpoint(hosting.client, "hanging", "two");
    const pids = new Set<number>();
    await Promise.all(
      Array.from({ length: 8 }, async () =>
        pids.add((await hosting.command("hanging", { sleep: 50 })).json.pid),
      ),
    );
    expect(pids.size).toBe(2);
    await expect(hosting.command("hanging", { hang: true })).rejects.toMatchObject({ name: "ModelError" });
    const left = await eventually(() => {
      const running = [...pids].filter(isRunning);
      return running.length === 1 ? running[0] : undefined;
    }, 30_000);
    await eventually(async () => {
      const { ProductionVariants } = await hosting.client.send(
        new DescribeEndpointCommand({ EndpointName: "hanging" }),
      );
      return ProductionVariants?.[0]?.CurrentInstanceCount === 2 ? true : undefined;
    });
    expect(isRunning(left!)).toBe(true);
    await hosting.client.send(new DeleteEndpointCommand({ EndpointName: "hanging" }));
  });

  test("that cannot start are Failed, and say why", async () => {
    const crashing = await createEndpoint(hosting.client, "crashing", "crashing");
    expect(crashing.EndpointStatus).toBe("Failed");
    expect(crashing.FailureReason).toMatch(
      /did not pass the ping health check.*cannot load the model: wrong input/,
    );
    const unwell = await createEndpoint(hosting.client, "unwell", "unwell");
    expect(unwell.FailureReason).toContain("did not pass the ping health check");
    for (const EndpointName of ["crashing", "unwell"])
      await hosting.client.send(new DeleteEndpointCommand({ EndpointName }));
  });

  test("without their model's archive are Failed, and name it", async () => {
    await createConfig(hosting.client, "lost", { uri: "s3://models/lost/model.tar.gz" });
    const endpoint = await createEndpoint(hosting.client, "lost", "lost");
    expect(endpoint.FailureReason).toContain("Could not find model data at s3://models/lost/model.tar.gz");
    await hosting.s3.send(
      new PutObjectCommand({ Bucket: "models", Key: "lost/model.tar.gz", Body: "not a tar" }),
    );
    await hosting.client.send(new DeleteEndpointCommand({ EndpointName: "lost" }));
    await eventually(async () => {
      const { Endpoints } = await hosting.client.send(new ListEndpointsCommand({ NameContains: "lost" }));
      return Endpoints?.length === 0 ? true : undefined;
    });
    const broken = await createEndpoint(hosting.client, "lost", "lost");
    expect(broken.FailureReason).toContain("Failed to extract model data archive");
  });

  test("send all their variants requests, and a named one those that name it", async () => {
    await createConfig(hosting.client, "variants", {}, [
      { InitialVariantWeight: 3 },
      { InitialVariantWeight: 1 },
    ]);
    await createEndpoint(hosting.client, "variants", "variants");
    const seen = new Set<string>();
    await eventually(async () => {
      seen.add((await hosting.invoke("variants")).InvokedProductionVariant!);
      return seen.size === 2 ? true : undefined;
    });
    expect((await hosting.invoke("variants", "x", { TargetVariant: "v2" })).InvokedProductionVariant).toBe(
      "v2",
    );
    const wrong = hosting.invoke("variants", "x", { TargetVariant: "v9" });
    await expect(wrong).rejects.toMatchObject({ name: "ValidationError" });
    await hosting.client.send(new DeleteEndpointCommand({ EndpointName: "variants" }));
  });

  test("are gone after deletion, with their processes", async () => {
    await createEndpoint(hosting.client, "short", "one");
    const { pid } = (await hosting.invoke("short")).json;
    await hosting.client.send(new DeleteEndpointCommand({ EndpointName: "short" }));
    await eventually(() => (isRunning(pid) ? undefined : true));
    await eventually(() =>
      hosting.client.send(new DescribeEndpointCommand({ EndpointName: "short" })).then(
        () => undefined,
        () => true,
      ),
    );
    await expect(
      hosting.client.send(new DescribeEndpointCommand({ EndpointName: "short" })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: 'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/short".',
    });
  });
});
