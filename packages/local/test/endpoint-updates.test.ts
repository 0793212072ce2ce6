import {
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import { createConfig, createEndpoint, putModel, settled, useHosting } from "./hosting-support.js";
import { eventually, isRunning } from "./support.js";

const hosting = useHosting(async ({ client, s3 }) => {
  await createConfig(client, "one", { uri: await putModel(s3, "one") });
  await createConfig(client, "two", { uri: await putModel(s3, "two") }, [{ InitialInstanceCount: 2 }]);
  await createConfig(client, "crashing", { env: { STUB_CRASH: "wrong input" } });
});

describe("endpoints", () => {
  test("switch to a new config without losing a request, and drain the old fleet", async () => {
    await createEndpoint(hosting.client, "switch", "one");
    const { pid } = (await hosting.invoke("switch")).json;
    const slow = hosting.command("switch", { sleep: 900 });
    let failures = 0;
    let going = true;
    const seen: string[] = [];
    const load = (async () => {
      while (going) {
        await hosting.invoke("switch").then(
          ({ json }) => seen.push(json.answer),
          () => failures++,
        );
      }
    })();
    await hosting.client.send(
      new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }),
    );
    const during = await hosting.client.send(new DescribeEndpointCommand({ EndpointName: "switch" }));
    expect(during).toMatchObject({ EndpointStatus: "Updating", EndpointConfigName: "one" });
    const busy = hosting.client.send(
      new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }),
    );
    await expect(busy).rejects.toMatchObject({
      message: expect.stringContaining("Cannot update in-progress endpoint"),
    });
    const after = await settled(hosting.client, "switch");
    expect(after).toMatchObject({ EndpointStatus: "InService", EndpointConfigName: "two" });
    expect((await hosting.invoke("switch")).json.answer).toBe("two");
    going = false;
    await load;
    expect(failures).toBe(0);
    expect(new Set(seen)).toEqual(new Set(["one", "two"]));
    expect((await slow).json.answer).toBe("one");
    await eventually(() => (isRunning(pid) ? undefined : true));
  });

  test("keep the old config when the new one does not start", async () => {
    await hosting.client.send(
      new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "crashing" }),
    );
    const after = await settled(hosting.client, "switch");
    expect(after).toMatchObject({ EndpointStatus: "InService", EndpointConfigName: "two" });
    expect(after.FailureReason).toContain("wrong input");
    expect((await hosting.invoke("switch")).json.answer).toBe("two");
    const same = hosting.client.send(
      new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }),
    );
    await expect(same).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("start and stop instances when told their number", async () => {
    const set = async (DesiredInstanceCount: number) => {
      await hosting.client.send(
        new UpdateEndpointWeightsAndCapacitiesCommand({
          EndpointName: "switch",
          DesiredWeightsAndCapacities: [{ VariantName: "v1", DesiredInstanceCount }],
        }),
      );
      return (await settled(hosting.client, "switch")).ProductionVariants?.[0];
    };
    expect(await set(3)).toMatchObject({ CurrentInstanceCount: 3, DesiredInstanceCount: 3 });
    expect(await set(1)).toMatchObject({ CurrentInstanceCount: 1, DesiredInstanceCount: 1 });
  });

  test("keep the number of instances through an update that asks for it", async () => {
    await hosting.client.send(
      new UpdateEndpointCommand({
        EndpointName: "switch",
        EndpointConfigName: "one",
        RetainAllVariantProperties: true,
      }),
    );
    const kept = await settled(hosting.client, "switch");
    expect(kept.ProductionVariants?.[0]).toMatchObject({ DesiredInstanceCount: 1 });
    await hosting.client.send(
      new UpdateEndpointCommand({ EndpointName: "switch", EndpointConfigName: "two" }),
    );
    const reset = await settled(hosting.client, "switch");
    expect(reset.ProductionVariants?.[0]).toMatchObject({ DesiredInstanceCount: 2, CurrentInstanceCount: 2 });
  });

  test("whose live config was deleted can no longer be updated, as on AWS; they go on serving", async () => {
    await createConfig(hosting.client, "gone", {});
    await createEndpoint(hosting.client, "orphan", "gone");
    await hosting.client.send(new DeleteEndpointConfigCommand({ EndpointConfigName: "gone" }));
    const update = { EndpointName: "orphan", EndpointConfigName: "one" };
    await expect(hosting.client.send(new UpdateEndpointCommand(update))).rejects.toMatchObject({
      name: "ValidationException",
      message:
        'Could not find endpoint configuration "arn:aws:sagemaker:us-east-1:000000000000:endpoint-config/gone".',
    });
    const endpoint = await hosting.client.send(new DescribeEndpointCommand({ EndpointName: "orphan" }));
    expect(endpoint).toMatchObject({ EndpointStatus: "InService", EndpointConfigName: "gone" });
    expect((await hosting.invoke("orphan")).json.answer).toBe("no model");
  });
});
