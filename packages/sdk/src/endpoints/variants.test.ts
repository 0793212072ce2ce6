import { expect, test } from "vitest";
import type { Input } from "../../test/support/fake-aws.js";
import { aws, session } from "../../test/support/with-fake-aws.js";
import { options } from "../../test/support/with-hosting.js";
import { InvalidInputError } from "../errors.js";
import { deployEndpoint } from "./deploy-endpoint.js";
import type { DeployEndpointOptions } from "./deploy-options.js";
import { scheduleScaling } from "./schedule-scaling.js";
import { setVariantWeights } from "./set-variant-weights.js";

const instance = { type: "ml.m5.xlarge" };

test("variants share the requests by their weights, each on instances of its own", async () => {
  await deployEndpoint(session, {
    ...options,
    weight: 9,
    variants: { candidate: { model: "other", instance: { ...instance, count: 2 }, weight: 1 } },
  });
  const [config] = aws.inputs("CreateEndpointConfig") as [Input];
  expect(config.ProductionVariants).toMatchObject([
    { VariantName: "AllTraffic", InitialVariantWeight: 9 },
    {
      VariantName: "candidate",
      ModelName: "other",
      InitialInstanceCount: 2,
      InitialVariantWeight: 1,
      ContainerStartupHealthCheckTimeoutInSeconds: 600,
    },
  ]);
  expect(config.ShadowProductionVariants).toBeUndefined();
});

test("a shadow's share is its weight beside the endpoint's own", async () => {
  await deployEndpoint(session, { ...options, weight: 2, shadow: { model: "other", instance, share: 0.25 } });
  const [config] = aws.inputs("CreateEndpointConfig") as [Input];
  expect(config.ProductionVariants).toHaveLength(1);
  expect(config.ShadowProductionVariants).toMatchObject([
    { VariantName: "Shadow", InitialVariantWeight: 0.5 },
  ]);
});

test.each<[string, Partial<DeployEndpointOptions>]>([
  ["variants.AllTraffic", { variants: { AllTraffic: { model: "m", instance } } }],
  ["variants.a.instance.type", { variants: { a: { model: "m", instance: { type: "m5.large" } } } }],
  ["variants.a.weight", { variants: { a: { model: "m", instance, weight: -1 } } }],
  ["shadow", { variants: { a: { model: "m", instance } }, shadow: { model: "m", instance } }],
  ["shadow.share", { shadow: { model: "m", instance, share: 2 } }],
  ["variants", { async: { outputUri: "s3://drivers/out/" }, shadow: { model: "m", instance } }],
])("a wrong %s is refused before the first request", async (field, wrong) => {
  const error = await deployEndpoint(session, { ...options, ...wrong }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.field).toBe(field);
  expect(aws.calls).toEqual([]);
});

test("weights and schedules that cannot be are refused before the first request", async () => {
  await expect(setVariantWeights(session, "drivers", {})).rejects.toMatchObject({ field: "weights" });
  await expect(setVariantWeights(session, "drivers", { a: -1 })).rejects.toMatchObject({
    field: "weights.a",
  });
  const daily = { name: "n", schedule: "rate(1 day)" };
  await expect(scheduleScaling(session, "drivers", daily)).rejects.toMatchObject({ field: "minInstances" });
  const upsideDown = { ...daily, minInstances: 3, maxInstances: 2 };
  await expect(scheduleScaling(session, "drivers", upsideDown)).rejects.toMatchObject({
    field: "maxInstances",
  });
  const often = { ...daily, schedule: "often", minInstances: 1 };
  await expect(scheduleScaling(session, "drivers", often)).rejects.toMatchObject({ field: "schedule" });
  expect(aws.calls).toEqual([]);
});
