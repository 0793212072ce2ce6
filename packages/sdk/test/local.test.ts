import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeImagePayload, frameRecord } from "@sightline/recordio";
import { expect, test } from "vitest";
import * as sdk from "../src/index.js";
import { createClassifyHandler } from "../src/lambda/classify-handler.js";
import { follow } from "./support/follow.js";
import { packDrawnPictures } from "./support/pack-drawn-pictures.js";
import { folder, session, withLocal } from "./support/with-local.js";

withLocal("drivers");

const wait = { firstDelayMs: 50, mostDelayMs: 500 } as const;
let algorithm: sdk.TrainingAlgorithm;
let channels: Record<string, sdk.Channel>;
let model: sdk.ModelArtifact;
let picture: string;
let classes: readonly string[];

test("uploads synthetic pictures as RecordIO, and nothing the second time", async () => {
  const drawing = { folder: join(folder, "pictures"), classes: 4, perClass: 16, sidePixels: 64 };
  const packed = await packDrawnPictures(join(folder, "rec"), drawing);
  ({ classes } = packed.drawn);
  ({ picture } = packed);
  await sdk.ensureBucket(session);
  const isRecord = (path: string) => path.endsWith(".rec");
  const data = await sdk.uploadFiles(session, join(folder, "rec"), "channels/", { filter: isRecord });
  expect(data).toMatchObject({ uri: "s3://drivers/channels/", uploadedFiles: 2 });
  expect(
    await sdk.uploadFiles(session, join(folder, "rec"), "channels/", { filter: isRecord }),
  ).toMatchObject({
    uploadedFiles: 0,
    unchangedFiles: 2,
  });
  const labels = await sdk.writeObject(session, "channels/labels.json", JSON.stringify(classes));
  algorithm = sdk.imageClassification({
    numClasses: classes.length,
    numTrainingSamples: packed.train.entries.length,
    imageShape: [3, 64, 64],
    numLayers: 18,
    epochs: 3,
    miniBatchSize: 8,
    learningRate: 0.05,
  });
  channels = {
    train: sdk.recordIOChannel(`${data.uri}train/`),
    validation: sdk.recordIOChannel(`${data.uri}validation/`),
    labels: sdk.fileChannel(labels),
  };
});

test("trains with the built-in algorithm's URI: log lines, metrics by epoch, a model", async () => {
  const options = { name: "drivers-e2e", algorithm, channels, instance: { type: "ml.p3.2xlarge" } };
  const job = await sdk.startTrainingJob(session, options);
  const { events, result: done } = await follow(
    sdk.waitForTrainingJob(session, job, {
      ...wait,
    }),
  );
  expect(
    done.metrics.filter((metric) => metric.name === "validation:accuracy").map((metric) => metric.epoch),
  ).toEqual([0, 1, 2]);
  expect(done.finalMetrics["validation:accuracy"]).toBeGreaterThan(0.3);
  expect(events.filter((event) => event.kind === "log").length).toBeGreaterThan(3);
  expect(events.at(-1)).toMatchObject({ kind: "status", status: "Completed" });
  expect(await sdk.startTrainingJob(session, options)).toMatchObject({ name: job.name, reused: true });
  model = done.model;
});

test("a training that fails is an error with the program's own reason and log", async () => {
  await sdk.writeObject(session, "broken/train.rec", "this is no RecordIO");
  const job = await sdk.startTrainingJob(session, {
    algorithm,
    channels: { ...channels, train: sdk.recordIOChannel("s3://drivers/broken/") },
    instance: { type: "ml.p3.2xlarge" },
  });
  const error = await sdk.waitForTrainingJob(session, job, wait).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(sdk.TrainingJobFailedError);
  expect(error.failureReason).toMatch(/record/i);
  expect(error.logTail.length).toBeGreaterThan(0);
});

let endpoint: sdk.Endpoint;

test("deploys, classifies, and the second deployment changes nothing", async () => {
  const options: sdk.DeployEndpointOptions = {
    ...wait,
    name: "drivers",
    model,
    instance: { type: "ml.m5.xlarge" },
    autoscaling: { minInstances: 1, maxInstances: 2, invocationsPerInstancePerMinute: 30_000 },
  };
  endpoint = await sdk.deployEndpoint(session, options);
  expect(endpoint.action).toBe("created");
  const probabilities = await sdk.classifyImage(session, endpoint, new Uint8Array(await readFile(picture)));
  expect(probabilities).toHaveLength(classes.length);
  expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 3);
  expect((await sdk.deployEndpoint(session, options)).action).toBe("unchanged");
  expect(await sdk.describeAutoscaling(session, endpoint)).toMatchObject({
    minInstances: 1,
    maxInstances: 2,
    policies: [{ metric: "SageMakerVariantInvocationsPerInstance", target: 30_000 }],
  });
});

test("records are answered in a stream, line by line, and one that is no picture breaks it off", async () => {
  const records = await readFile(join(folder, "rec/validation/validation.rec"));
  const options = { contentType: "application/x-recordio", accept: "application/jsonlines" };
  const read = async (body: Uint8Array): Promise<string> => {
    let text = "";
    for await (const piece of sdk.invokeEndpointStream(session, endpoint, body, options))
      text += Buffer.from(piece).toString();
    return text;
  };
  const lines = (await read(records)).trim().split("\n");
  expect(lines).toHaveLength(16);
  for (const line of lines) expect(JSON.parse(line).prediction).toHaveLength(classes.length);
  // The head of a JPEG is good, and what follows it is not there.
  const broken = frameRecord(
    encodeImagePayload({ id: 16, labels: [0] }, (await readFile(picture)).subarray(0, 700)),
  );
  const error = await read(Buffer.concat([records, broken].flat())).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(sdk.InvocationError);
  expect(error.message).toContain("the answer broke off");
});

test("the Lambda function answers for the endpoint: classes, and 415 or 422 for what is no picture", async () => {
  const handler = createClassifyHandler({
    endpointName: "drivers",
    labels: classes,
    session,
    log: () => undefined,
  });
  const post = (body: Buffer) =>
    handler({ httpMethod: "POST", body: body.toString("base64"), isBase64Encoded: true });
  const good = await post(await readFile(picture));
  expect(good.statusCode).toBe(200);
  const { predictions } = JSON.parse(good.body);
  expect(predictions).toHaveLength(classes.length);
  expect(classes).toContain(predictions[0].className);
  expect((await post(Buffer.from("text"))).statusCode).toBe(415);
  expect((await post(Buffer.from([0xff, 0xd8, 0xff, 1, 2, 3]))).statusCode).toBe(422);
});

test("what is no image is the container's own 4xx", async () => {
  const error = await sdk
    .classifyImage(session, endpoint, new Uint8Array([1, 2, 3]))
    .catch((thrown) => thrown);
  expect(error).toBeInstanceOf(sdk.InvocationError);
  expect(error.statusCode).toBeGreaterThanOrEqual(400);
  expect(error.statusCode).toBeLessThan(500);
});

test("a model that cannot start rolls back: an error with the reason, and the former one goes on serving", async () => {
  const { path } = await sdk.packModel({
    output: join(folder, "broken/model.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    files: { "model.onnx": Buffer.from("this is no model") },
  });
  const broken = await sdk.uploadModel(session, path, undefined, {
    image: sdk.containerImage("sightline:1"),
  });
  const error = await sdk
    .deployEndpoint(session, { ...wait, name: "drivers", model: broken, instance: { type: "ml.m5.xlarge" } })
    .catch((thrown) => thrown);
  expect(error).toBeInstanceOf(sdk.EndpointFailedError);
  expect(error.rolledBack).toBe(true);
  expect(error.failureReason).not.toBe("");
  const configs = (await sdk.listResources(session)).filter(({ resource }) => resource === "endpoint-config");
  expect(configs.map(({ name }) => name)).toEqual([endpoint.configName]);
  expect(await sdk.classifyImage(session, "drivers", new Uint8Array(await readFile(picture)))).toHaveLength(
    4,
  );
});

test("an update serves the new configuration and removes the former one", async () => {
  const updated = await sdk.deployEndpoint(session, {
    ...wait,
    name: "drivers",
    model,
    instance: { type: "ml.m5.xlarge" },
    environment: { SIGHTLINE_TEST: "2" },
  });
  expect(updated.action).toBe("updated");
  expect(updated.configName).not.toBe(endpoint.configName);
  const left = await sdk.listResources(session);
  expect(left.filter(({ resource }) => resource === "endpoint").map(({ name }) => name)).toEqual(["drivers"]);
  expect(left.some(({ name }) => name === endpoint.configName)).toBe(false);
});

test("downloads and unpacks the model that was trained", async () => {
  const files = await sdk.downloadModel(session, model, join(folder, "model"));
  expect(files.map((file) => file.name).sort()).toEqual(["manifest.json", "model.onnx"]);
  const manifest = JSON.parse(await readFile(join(folder, "model/manifest.json"), "utf8"));
  expect(manifest).toMatchObject({ task: "image-classification", labels: classes });
});

test("deletes everything the session made; only the bucket's objects stay", async () => {
  const { deleted, kept } = await sdk.deleteResources(session, wait);
  expect(kept).toEqual([]);
  expect(new Set(deleted.map(({ resource }) => resource))).toEqual(
    new Set(["autoscaling", "endpoint", "endpoint-config", "model", "training-job"]),
  );
  for (const [operation, key] of [
    ["ListEndpoints", "Endpoints"],
    ["ListEndpointConfigs", "EndpointConfigs"],
    ["ListModels", "Models"],
    ["ListTrainingJobs", "TrainingJobSummaries"],
  ] as const) {
    expect((await session.send("sagemaker", operation, {}))[key]).toEqual([]);
  }
  const { ScalableTargets } = await session.send("application-auto-scaling", "DescribeScalableTargets", {
    ServiceNamespace: "sagemaker",
  });
  expect(ScalableTargets).toEqual([]);
  const keys: string[] = [];
  for await (const file of sdk.listFiles(session, "s3://drivers/")) keys.push(file.key);
  expect(keys).toContain("channels/train/train.rec");
});
