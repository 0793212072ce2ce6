import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type DataCaptureConfig,
  UpdateEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import { expect, test } from "vitest";
import { createConfig, putModel, settled, useHosting } from "./hosting-support.js";
import { eventually } from "./support.js";

const EndpointName = "captured";
const hosting = useHosting(async ({ client, s3 }) => {
  // Makes the bucket; the model of config `one` has none.
  await putModel(s3, "unused");
  await createConfig(client, "plain", {});
  // Nothing here goes by the clock.
}, 1);

const config = (EndpointConfigName: string, DataCaptureConfig: DataCaptureConfig) =>
  hosting.client.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName,
      ProductionVariants: [
        { VariantName: "v1", ModelName: "plain", InstanceType: "ml.m5.large", InitialInstanceCount: 1 },
      ],
      DataCaptureConfig,
    }),
  );

/** Captured lines below a prefix, once there are `count`. */
const lines = (Prefix: string, count: number) =>
  eventually(async () => {
    const { Contents = [] } = await hosting.s3.send(new ListObjectsV2Command({ Bucket: "models", Prefix }));
    const texts = await Promise.all(
      Contents.map(async ({ Key }) => {
        const { Body } = await hosting.s3.send(new GetObjectCommand({ Bucket: "models", Key }));
        return Body!.transformToString();
      }),
    );
    const found = texts.flatMap((text) => text.trim().split("\n"));
    return found.length >= count && texts.length > 0
      ? { keys: Contents.map(({ Key }) => Key!), records: found.map((line) => JSON.parse(line)) }
      : undefined;
  });

test("requests and answers are kept in S3, in the form and at the place that AWS gives them", async () => {
  await config("capturing", {
    EnableCapture: true,
    InitialSamplingPercentage: 50,
    DestinationS3Uri: "s3://models/capture",
    CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
    CaptureContentTypeHeader: { CsvContentTypes: ["text/plain"] },
  });
  await hosting.client.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName: "capturing" }));
  const made = await settled(hosting.client, EndpointName);
  expect(made.DataCaptureConfig).toMatchObject({
    EnableCapture: true,
    CaptureStatus: "Started",
    CurrentSamplingPercentage: 50,
    DestinationS3Uri: "s3://models/capture",
  });
  for (let index = 0; index < 4; index++) {
    await hosting.invoke(EndpointName, `row ${index}`, { InferenceId: `id-${index}` });
  }
  // One of the first two, and one of the others.
  const { keys, records } = await lines(`capture/${EndpointName}/v1/`, 2);
  const ids = records.map(({ eventMetadata }) => eventMetadata.inferenceId);
  expect(ids).toEqual([expect.stringMatching(/^id-[01]$/), expect.stringMatching(/^id-[23]$/)]);
  expect(keys[0]).toMatch(
    /^capture\/captured\/v1\/\d{4}\/\d\d\/\d\d\/\d\d\/\d\d-\d\d-\d{3}-[0-9a-f-]{36}\.jsonl$/,
  );
  expect(records).toEqual(
    ids.map((inferenceId) => ({
      captureData: {
        endpointInput: {
          observedContentType: "text/plain",
          mode: "INPUT",
          data: `row ${inferenceId.at(-1)}`,
          encoding: "CSV",
        },
        endpointOutput: {
          observedContentType: "application/json",
          mode: "OUTPUT",
          data: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
          encoding: "BASE64",
        },
      },
      eventMetadata: {
        eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        inferenceId,
        inferenceTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
      eventVersion: "0",
    })),
  );
  const { data } = records[0].captureData.endpointOutput;
  expect(JSON.parse(Buffer.from(data, "base64").toString())).toMatchObject({ answer: "no model" });
});

test("an update that retains all keeps the former capture, unless it is told to take the new one", async () => {
  await config("other", {
    InitialSamplingPercentage: 100,
    DestinationS3Uri: "s3://models/other/",
    CaptureOptions: [{ CaptureMode: "InputAndOutput" }],
  });
  const update = async (EndpointConfigName: string, more: object) => {
    await hosting.client.send(
      new UpdateEndpointCommand({
        EndpointName,
        EndpointConfigName,
        RetainAllVariantProperties: true,
        ...more,
      }),
    );
    return (await settled(hosting.client, EndpointName)).DataCaptureConfig?.DestinationS3Uri;
  };
  expect(await update("other", {})).toBe("s3://models/capture");
  const exclude = [{ VariantPropertyType: "DataCaptureConfig" as const }];
  expect(await update("plain", { ExcludeRetainedVariantProperties: exclude })).toBeUndefined();
  expect(await update("other", { ExcludeRetainedVariantProperties: exclude })).toBe("s3://models/other/");
  await hosting.invoke(EndpointName, "all");
  const { records } = await lines(`other/${EndpointName}/v1/`, 1);
  expect(records).toHaveLength(1);
});
