import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import * as sdk from "../src/index.js";
import { folder, session, withLocal } from "./support/with-local.js";

const stub = fileURLToPath(new URL("./support/stub-serve.mjs", import.meta.url));
withLocal("hosting", { stub: { serve: [process.execPath, stub] } });

const image = "stub:1";
const wait = { firstDelayMs: 50, mostDelayMs: 500 } as const;
const instance = { type: "ml.m5.xlarge" };
const models: Record<string, sdk.Model> = {};
beforeAll(async () => {
  await sdk.ensureBucket(session);
  for (const WHO of ["own", "candidate"]) {
    models[WHO] = await sdk.createModel(session, { name: WHO, model: { image }, environment: { WHO } });
  }
  // In ALARM from the first look on, since nobody records its metric; the last test wants it.
  await session.send("cloudwatch", "PutMetricAlarm", {
    AlarmName: "silence",
    Namespace: "own",
    MetricName: "beats",
    Statistic: "Sum",
    Period: 10,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "LessThanThreshold",
    TreatMissingData: "breaching",
  });
});

const who = async (endpoint: string, more: sdk.InvokeOptions = {}) => {
  const answer = await sdk.invokeEndpoint(session, endpoint, "who", { contentType: "text/plain", ...more });
  return answer.json<string>();
};

test("variants share an endpoint by weights that can be changed, and can be named", async () => {
  const endpoint = await sdk.deployEndpoint(session, {
    ...wait,
    name: "ab",
    model: models.own!,
    instance,
    variants: { candidate: { model: models.candidate!, instance, weight: 0 } },
  });
  for (let call = 0; call < 4; call++) expect(await who("ab")).toBe("own");
  expect(await who("ab", { targetVariant: "candidate" })).toBe("candidate");
  await sdk.setVariantWeights(session, endpoint, { AllTraffic: 0, candidate: 1 }, wait);
  for (let call = 0; call < 4; call++) expect(await who("ab")).toBe("candidate");

  await sdk.registerAutoscaling(session, endpoint, {
    minInstances: 1,
    maxInstances: 2,
    invocationsPerInstancePerMinute: 1000,
  });
  const morning = {
    name: "morning",
    schedule: "cron(0 8 ? * MON-FRI *)",
    timezone: "Europe/Berlin",
    minInstances: 2,
    from: new Date("2030-01-01T00:00:00Z"),
  };
  await sdk.scheduleScaling(session, endpoint, morning);
  expect(await sdk.listScheduledScaling(session, "ab")).toEqual([morning]);
  expect(await sdk.unscheduleScaling(session, "ab", "morning")).toBe(true);
  expect(await sdk.unscheduleScaling(session, "ab", "morning")).toBe(false);
  const weekly = sdk.scheduleScaling(session, endpoint, { ...morning, schedule: "cron(weekly)" });
  await expect(weekly).rejects.toBeInstanceOf(sdk.AwsRequestError);
});

test("a shadow gets copies, and what is captured is read back in the order of time", async () => {
  await sdk.deployEndpoint(session, {
    ...wait,
    name: "shadowed",
    model: models.own!,
    instance,
    shadow: { model: models.candidate!, instance },
    dataCapture: { uri: "s3://hosting/captured/" },
  });
  const ids = ["a", "b", "c"];
  for (const inferenceId of ids) expect(await who("shadowed", { inferenceId })).toBe("own");
  await expect(who("shadowed", { targetVariant: "Shadow" })).rejects.toBeInstanceOf(sdk.AwsRequestError);
  const read = async (more: sdk.ReadCapturedDataOptions = {}) => {
    const found: sdk.CapturedInvocation[] = [];
    for await (const one of sdk.readCapturedData(session, "captured/", more)) found.push(one);
    return found;
  };
  await expect.poll(async () => (await read()).length, { timeout: 60_000 }).toBe(3);
  const found = await read({ endpoint: "shadowed", variant: "AllTraffic" });
  expect(found.map(({ inferenceId }) => inferenceId)).toEqual(ids);
  const [first] = found;
  expect(first).toMatchObject({ endpointName: "shadowed", variantName: "AllTraffic" });
  expect(first!.input!.text()).toBe("who");
  expect(first!.input!.contentType).toBe("text/plain");
  expect(first!.output!.json()).toBe("own");
  expect(await read({ since: new Date(first!.time.getTime() + 3_600_000) })).toEqual([]);
  expect(await read({ until: first!.time })).toEqual([]);
  expect(await read({ endpoint: "nobody" })).toEqual([]);
});

test("a serverless endpoint answers, and takes no autoscaling", async () => {
  const options = { ...wait, name: "serverless", model: models.own! };
  await sdk.deployEndpoint(session, { ...options, serverless: { memoryMb: 2048, maxConcurrency: 2 } });
  expect(await who("serverless")).toBe("own");
  const scaling = { minInstances: 1, maxInstances: 2, invocationsPerInstancePerMinute: 1 };
  const refused = sdk.registerAutoscaling(session, "serverless", scaling);
  await expect(refused).rejects.toThrow("is serverless");
});

test("a version of the registry is deployed once it is approved", async () => {
  const { path } = await sdk.packModel({
    output: join(folder, "model.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    files: { "model.onnx": Buffer.from("stub") },
  });
  const model = await sdk.uploadModel(session, path, "s3://hosting/models/", {
    image: sdk.containerImage(image),
  });
  const environment = { WHO: "registered" };
  const options = { group: "drivers", model, environment, metadata: { accuracy: 0.9 }, description: "first" };
  const version = await sdk.registerModel(session, options);
  expect(version).toMatchObject({
    group: "drivers",
    version: 1,
    approval: "PendingManualApproval",
    description: "first",
  });
  expect(await sdk.latestApprovedModel(session, "drivers")).toBeUndefined();
  expect(await sdk.latestApprovedModel(session, "nobody")).toBeUndefined();
  const deployment = { ...wait, name: "registered", instance };
  const early = sdk.deployEndpoint(session, { ...deployment, model: version });
  await expect(early).rejects.toMatchObject({ field: "model" });
  await sdk.approveModel(session, version);
  const worse = await sdk.registerModel(session, { ...options, approval: "Approved" });
  expect(await sdk.rejectModel(session, worse, { description: "worse" })).toMatchObject({
    approval: "Rejected",
  });
  const approved = await sdk.latestApprovedModel(session, "drivers");
  expect(approved).toMatchObject({ version: 1, approval: "Approved" });
  const endpoint = await sdk.deployEndpoint(session, { ...deployment, model: approved! });
  expect(await who("registered")).toBe("registered");
  expect((await sdk.deployEndpoint(session, { ...deployment, model: approved! })).action).toBe("unchanged");
  const versions: number[] = [];
  for await (const found of sdk.listRegisteredModels(session, "drivers")) versions.push(found.version);
  expect(versions).toEqual([2, 1]);
  expect(await sdk.deleteRegisteredModel(session, worse)).toBe(true);
  expect(await sdk.deleteRegisteredModel(session, worse)).toBe(false);
  expect((await sdk.deleteEndpoint(session, endpoint, wait)).deleted.map(({ resource }) => resource)).toEqual(
    ["endpoint", "endpoint-config", "model"],
  );
});

test("a multi-model endpoint is made of a folder of archives", async () => {
  const options = { model: { image, uri: "s3://hosting/models/" }, multiModel: true };
  const model = await sdk.createModel(session, options);
  expect(await sdk.createModel(session, options)).toMatchObject({ name: model.name, created: false });
  const { PrimaryContainer } = await session.send<{ PrimaryContainer: object }>(
    "sagemaker",
    "DescribeModel",
    {
      ModelName: model.name,
    },
  );
  expect(PrimaryContainer).toMatchObject({ Mode: "MultiModel", ModelDataUrl: "s3://hosting/models/" });
  await sdk.deployEndpoint(session, { ...wait, name: "many", model, instance });
  const ask = (targetModel?: string) =>
    sdk.invokeEndpoint(session, "many", "who", targetModel === undefined ? {} : { targetModel });
  await expect(ask()).rejects.toThrow("needs a TargetModel");
  await expect(ask("nobody.tar.gz")).rejects.toThrow("s3://hosting/models/nobody.tar.gz");
  const file = sdk.createModel(session, { ...options, model: { image, uri: "s3://hosting/model.tar.gz" } });
  await expect(file).rejects.toMatchObject({ field: "model.uri" });
});

test("an alarm takes a canary back: a typed error with the reason, and the former model goes on", async () => {
  const options = { ...wait, name: "guarded", instance };
  await sdk.deployEndpoint(session, { ...options, model: models.own! });
  const states = async () => {
    const { MetricAlarms } = await session.send<{ MetricAlarms: { StateValue: string }[] }>(
      "cloudwatch",
      "DescribeAlarms",
      { AlarmNames: ["silence"] },
    );
    return MetricAlarms.map(({ StateValue }) => StateValue);
  };
  await expect.poll(states, { timeout: 60_000 }).toEqual(["ALARM"]);
  const deployment = { kind: "canary", percent: 50, waitSeconds: 60, rollbackAlarms: ["silence"] } as const;
  const deployed = sdk.deployEndpoint(session, { ...options, model: models.candidate!, deployment });
  await expect(deployed).rejects.toMatchObject({
    name: "EndpointFailedError",
    endpointName: "guarded",
    rolledBack: true,
    failureReason: "The deployment was rolled back: in ALARM: silence.",
  });
  for (let call = 0; call < 4; call++) expect(await who("guarded")).toBe("own");
});
