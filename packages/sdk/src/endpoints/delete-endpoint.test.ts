import { expect, test } from "vitest";
import { quick } from "../../test/support/fake-aws.js";
import { follow } from "../../test/support/follow.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { autoscaling, hosting, options, second } from "../../test/support/with-hosting.js";
import { deleteEndpoint } from "./delete-endpoint.js";
import { deployEndpoint } from "./deploy-endpoint.js";

test("deletes the endpoint with all that was made for it, twice without an error", async () => {
  await deployEndpoint(session, { ...options, autoscaling });
  await deployEndpoint(session, { ...options, model: second, keepFormer: true });
  hosting.configs.set("drivers-other", { EndpointConfigName: "drivers-other", ProductionVariants: [] });
  hosting.models.set("drivers-x", { ModelName: "drivers-x" });
  const { deleted, kept } = await deleteEndpoint(session, "drivers", quick);
  expect(kept).toEqual([]);
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
  expect(await deleteEndpoint(session, "drivers", quick)).toEqual({ deleted: [], kept: [] });
});

/** Another endpoint, whose configuration names a model that was made for this one. */
function serveElsewhere(name: string, model: string): void {
  hosting.others.set(name, `${name}-config`);
  hosting.configs.set(`${name}-config`, { ProductionVariants: [{ ModelName: model }] });
}

test("a model that another live endpoint or a running transform job uses is left, and named", async () => {
  const { modelName } = await deployEndpoint(session, options);
  serveElsewhere("canary", modelName);
  const { deleted, kept } = await deleteEndpoint(session, "drivers", quick);
  expect(deleted.map(({ resource }) => resource)).toEqual(["endpoint", "endpoint-config"]);
  expect(kept).toEqual([{ resource: "model", name: modelName, usedBy: "endpoint canary" }]);
  expect(hosting.models.has(modelName)).toBe(true);

  hosting.others.clear();
  hosting.transforms.set("t1", modelName);
  expect((await deleteEndpoint(session, "drivers", quick)).kept).toEqual([
    { resource: "model", name: modelName, usedBy: "transform job t1" },
  ]);
  hosting.transforms.clear();
  expect((await deleteEndpoint(session, "drivers", quick)).deleted).toEqual([
    { resource: "model", name: modelName },
  ]);
});

test("an update leaves a former model, and a former configuration, that another endpoint uses", async () => {
  const one = await deployEndpoint(session, options);
  hosting.others.set("canary", one.configName);
  const { events, result } = await follow(deployEndpoint(session, { ...options, model: second }));
  expect(result.action).toBe("updated");
  expect(events.filter(({ kind }) => kind === "kept" || kind === "removed")).toEqual([
    { kind: "kept", resource: "endpoint-config", name: one.configName, usedBy: "endpoint canary" },
    { kind: "kept", resource: "model", name: one.modelName, usedBy: "endpoint canary" },
  ]);
  expect(hosting.configs.has(one.configName)).toBe(true);
  expect(hosting.models.has(one.modelName)).toBe(true);
});

test("clean-up after a rollback leaves what another endpoint took from the new configuration", async () => {
  const one = await deployEndpoint(session, options);
  hosting.script = [
    { status: "InService", config: "old" },
    { status: "Updating", config: "old" },
    { status: "InService", config: "old", failureReason: "alarm" },
  ];
  aws.on("GetLogEvents", () => {
    const made = [...hosting.models.keys()].find((name) => name !== one.modelName) as string;
    serveElsewhere("canary", made);
    return { events: [] };
  });
  await expect(deployEndpoint(session, { ...options, model: second })).rejects.toThrow(/rolled back/);
  expect(hosting.configs.size).toBe(2);
  expect(hosting.models.size).toBe(2);
});
