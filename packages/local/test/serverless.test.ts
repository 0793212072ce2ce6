import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CreateEndpointCommand, type ProductionVariant } from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import { createConfig, settled, useHosting } from "./hosting-support.js";
import { eventually } from "./support.js";

// AWS's own limits: a cold start may take as long as an invocation.
const hosting = useHosting(async () => undefined, 1);

describe("a serverless variant", () => {
  const serverless = (MaxConcurrency: number): Partial<ProductionVariant> => ({
    InstanceType: undefined,
    InitialInstanceCount: undefined,
    ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency },
  });

  test("runs a container for each request under way, keeps it for the next, and throttles beyond its concurrency", async () => {
    await createConfig(hosting.client, "serverless", {}, [serverless(2)]);
    const create = { EndpointName: "serverless", EndpointConfigName: "serverless" };
    await hosting.client.send(new CreateEndpointCommand(create));
    const made = await settled(hosting.client, "serverless");
    expect(made.EndpointStatus).toBe("InService");
    expect(made.ProductionVariants?.[0]).toMatchObject({
      CurrentServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 2 },
    });
    expect(made.ProductionVariants?.[0]?.CurrentInstanceCount).toBeUndefined();
    // Two that are under way, each in a container of its own, until they are told to end.
    const gates = [path.join(hosting.stateDir, "gate-a"), path.join(hosting.stateDir, "gate-b")];
    const two = [];
    for (const gate of gates) {
      two.push(hosting.command("serverless", { began: `${gate}-began`, gate, until: true }));
      await eventually(() => existsSync(`${gate}-began`) || undefined);
    }
    await expect(hosting.command("serverless", {})).rejects.toMatchObject({
      name: "ThrottlingException",
      $metadata: { httpStatusCode: 429 },
    });
    for (const gate of gates) writeFileSync(gate, "");
    const pids = (await Promise.all(two)).map(({ json }) => json.pid);
    expect(new Set(pids).size).toBe(2);
    // What has ended its request is there for the next.
    expect(pids).toContain((await hosting.command("serverless", {})).json.pid);
    // A container that dies is replaced by the next request's.
    await expect(hosting.command("serverless", { die: true })).rejects.toMatchObject({ name: "ModelError" });
    expect((await hosting.command("serverless", {})).json.answer).toBe("no model");
  });

  test("takes and gives 4 MB", async () => {
    await expect(hosting.invoke("serverless", Buffer.alloc((4 << 20) + 1))).rejects.toMatchObject({
      message: expect.stringContaining("4194304"),
    });
    expect((await hosting.invoke("serverless", Buffer.alloc(4 << 20))).json.bytes).toBe(4 << 20);
    await expect(hosting.command("serverless", { bytes: (4 << 20) + 1 })).rejects.toMatchObject({
      name: "ModelError",
    });
  });

  test("whose container does not get well fails its endpoint", async () => {
    await createConfig(hosting.client, "broken", { env: { STUB_CRASH: "no weights" } }, [serverless(1)]);
    await hosting.client.send(
      new CreateEndpointCommand({ EndpointName: "broken", EndpointConfigName: "broken" }),
    );
    expect(await settled(hosting.client, "broken")).toMatchObject({
      EndpointStatus: "Failed",
      FailureReason: expect.stringContaining("cannot load the model: no weights"),
    });
  });

  test("has neither instances nor a variant beside, and memory in whole GB", async () => {
    const both = createConfig(hosting.client, "both", {}, [{ ...serverless(1), InitialInstanceCount: 1 }]);
    await expect(both).rejects.toThrow("neither InstanceType nor InitialInstanceCount");
    const odd = createConfig(hosting.client, "odd", {}, [
      { ...serverless(1), ServerlessConfig: { MemorySizeInMB: 1500, MaxConcurrency: 1 } },
    ]);
    await expect(odd).rejects.toThrow("MemorySizeInMB must be");
    const beside = { ...serverless(1), VariantName: "beside" };
    const two = createConfig(hosting.client, "two", {}, [serverless(1), beside]);
    await expect(two).rejects.toThrow("an endpoint's only one");
  });
});
