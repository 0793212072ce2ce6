import { PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateEndpointConfigCommand, CreateModelCommand } from "@aws-sdk/client-sagemaker";
import { expect, test } from "vitest";
import { createEndpoint, putModel, useHosting } from "./hosting-support.js";
import { ROLE } from "./support.js";

const EndpointName = "many";
const createModel = (ModelName: string, container: object) =>
  hosting.client.send(
    new CreateModelCommand({
      ModelName,
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { Image: "stub", Mode: "MultiModel", ModelDataUrl: "s3://models/", ...container },
    }),
  );
const createConfig = (name: string, more: object = {}, variant: object = {}) =>
  hosting.client.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: "v1",
          ModelName: name,
          InstanceType: "ml.m5.large",
          InitialInstanceCount: 1,
          ...variant,
        },
      ],
      ...more,
    }),
  );
const hosting = useHosting(async ({ client, s3 }) => {
  for (const name of ["a", "b", "c"]) await putModel(s3, name);
  await createModel("many", { Environment: { STUB_MODELS: "2" } });
  await createConfig("many");
  await createEndpoint(client, EndpointName, "many");
}, 1);
const ask = async (name: string) => {
  const { json } = await hosting.invoke(EndpointName, "x", { TargetModel: `${name}/model.tar.gz` });
  return [json.answer, json.models];
};

test("each model is loaded when it is asked for first, and the one used least recently makes room", async () => {
  expect(await ask("a")).toEqual(["a", 1]);
  expect(await ask("b")).toEqual(["b", 2]);
  expect(await ask("a")).toEqual(["a", 2]);
  // The container has room for two: b goes, and comes back.
  expect(await ask("c")).toEqual(["c", 2]);
  expect(await ask("b")).toEqual(["b", 2]);
  expect(await Promise.all([ask("a"), ask("a"), ask("a")])).toEqual([
    ["a", 2],
    ["a", 2],
    ["a", 2],
  ]);
});

test("a model that is not there, or that the container refuses, or that nobody names, is the caller's error", async () => {
  await expect(ask("nobody")).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringContaining("Could not find model data at s3://models/nobody/model.tar.gz"),
  });
  await expect(hosting.invoke(EndpointName)).rejects.toThrow("needs a TargetModel");
  await hosting.s3.send(
    new PutObjectCommand({ Bucket: "models", Key: "broken/model.tar.gz", Body: "no archive" }),
  );
  await expect(ask("broken")).rejects.toMatchObject({ name: "ValidationError" });
  expect(await ask("a")).toEqual(["a", 2]);
});

test("is neither asynchronous nor serverless, and needs a place for its models", async () => {
  const async = { AsyncInferenceConfig: { OutputConfig: { S3OutputPath: "s3://models/out/" } } };
  await createModel("other", {});
  await expect(createConfig("other", async)).rejects.toThrow("neither served asynchronously nor serverless");
  await expect(createModel("nowhere", { ModelDataUrl: undefined })).rejects.toThrow("needs the ModelDataUrl");
});
