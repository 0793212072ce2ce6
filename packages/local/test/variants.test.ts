import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  type ProductionVariant,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import { putModel, settled, useHosting } from "./hosting-support.js";
import { eventually, ROLE } from "./support.js";

const hosting = useHosting(async ({ client, s3 }) => {
  for (const name of ["a", "b"]) {
    const PrimaryContainer = { Image: "stub", ModelDataUrl: await putModel(s3, name) };
    await client.send(new CreateModelCommand({ ModelName: name, ExecutionRoleArn: ROLE, PrimaryContainer }));
  }
  // Nothing here goes by the clock: pings and limits are AWS's.
}, 1);
const variant = (name: string, InitialVariantWeight = 1): ProductionVariant => ({
  VariantName: `variant-${name}`,
  ModelName: name,
  InstanceType: "ml.m5.xlarge",
  InitialInstanceCount: 1,
  InitialVariantWeight,
});
async function deploy(name: string, ProductionVariants: ProductionVariant[], shadows?: ProductionVariant[]) {
  const config = { EndpointConfigName: name, ProductionVariants, ShadowProductionVariants: shadows };
  await hosting.client.send(new CreateEndpointConfigCommand(config));
  await hosting.client.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  return settled(hosting.client, name);
}
const invocations = async (EndpointName: string, VariantName: string) => {
  const { Datapoints = [] } = await new CloudWatchClient(hosting.config).send(
    new GetMetricStatisticsCommand({
      Namespace: "AWS/SageMaker",
      MetricName: "Invocations",
      Dimensions: [
        { Name: "EndpointName", Value: EndpointName },
        { Name: "VariantName", Value: VariantName },
      ],
      StartTime: new Date(Date.now() - 600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 3600,
      Statistics: ["Sum"],
    }),
  );
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
};

describe("two production variants", () => {
  test("share the requests by weight, are named by the caller, and change their weights in service", async () => {
    await deploy("ab", [variant("a", 1), variant("b", 0)]);
    const answers = async (more: object = {}) => {
      const { json, InvokedProductionVariant } = await hosting.invoke("ab", "x", more);
      return [json.answer, InvokedProductionVariant];
    };
    for (let index = 0; index < 5; index++) expect(await answers()).toEqual(["a", "variant-a"]);
    expect(await answers({ TargetVariant: "variant-b" })).toEqual(["b", "variant-b"]);
    await expect(answers({ TargetVariant: "variant-c" })).rejects.toMatchObject({ name: "ValidationError" });
    // What nobody here would act on is refused: another model would answer.
    await expect(answers({ TargetModel: "m.tar.gz" })).rejects.toThrow("is not a multi-model endpoint");
    for (const member of ["InferenceComponentName", "TargetContainerHostname", "EnableExplanations"]) {
      await expect(answers({ [member]: "some" })).rejects.toThrow(`does not implement ${member}`);
    }
    await hosting.client.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({
        EndpointName: "ab",
        DesiredWeightsAndCapacities: [
          { VariantName: "variant-a", DesiredWeight: 0 },
          { VariantName: "variant-b", DesiredWeight: 2 },
        ],
      }),
    );
    await settled(hosting.client, "ab");
    for (let index = 0; index < 5; index++) expect(await answers()).toEqual(["b", "variant-b"]);
  });
});

describe("a shadow variant", () => {
  test("gets copies of its share of the requests; its answers reach nobody, its metrics are kept", async () => {
    const made = await deploy("shadowed", [variant("a", 2)], [variant("b", 1)]);
    expect(made.ProductionVariants?.map(({ VariantName }) => VariantName)).toEqual(["variant-a"]);
    expect(made.ShadowProductionVariants).toMatchObject([
      { VariantName: "variant-b", CurrentInstanceCount: 1, CurrentWeight: 1 },
    ]);
    for (let index = 0; index < 10; index++) {
      expect((await hosting.invoke("shadowed")).json.answer).toBe("a");
    }
    expect(await invocations("shadowed", "variant-a")).toBe(10);
    // Every second one; nobody waits for the last of them.
    const copies = await eventually(async () => {
      const seen = await invocations("shadowed", "variant-b");
      return seen >= 5 ? seen : undefined;
    });
    expect(copies).toBe(5);
    // A shadow that fails is nobody's affair.
    await hosting.command("shadowed", { status: 200 });
    await expect(hosting.invoke("shadowed", "x", { TargetVariant: "variant-b" })).rejects.toMatchObject({
      name: "ValidationError",
    });
  });

  test("goes with one production variant", async () => {
    const two = deploy("two-shadowed", [variant("a"), variant("b")], [{ ...variant("b"), VariantName: "s" }]);
    await expect(two).rejects.toThrow("A shadow variant goes with one production variant");
  });
});
