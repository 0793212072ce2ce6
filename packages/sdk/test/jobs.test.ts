import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LocalSageMaker, startLocalSageMaker } from "@sightline/local";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as sdk from "../src/index.js";

const stub = (name: string) => [
  process.execPath,
  fileURLToPath(new URL(`support/stub-${name}.mjs`, import.meta.url)),
];
const image = sdk.containerImage("stub:1");
const wait = { firstDelayMs: 20, mostDelayMs: 200 } as const;

let folder: string;
let local: LocalSageMaker;
let session: sdk.Session;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sl-sdk-jobs-"));
  local = await startLocalSageMaker({
    stateDir: join(folder, "state"),
    images: { stub: { process: stub("process"), serve: stub("serve") } },
  });
  session = await sdk.createSession({
    region: local.region,
    endpointUrl: local.url,
    credentials: local.credentials,
    bucket: "jobs",
  });
  await sdk.ensureBucket(session);
  for (const name of ["a", "b", "c", "d"]) await sdk.writeObject(session, `images/${name}.txt`, name);
});
afterAll(async () => {
  session.close();
  await local.close();
  await rm(folder, { recursive: true, force: true });
});

const processing: sdk.ProcessingJobOptions = {
  image,
  args: ["--fast"],
  inputs: { images: { uri: "s3://jobs/images/", distribution: "ShardedByS3Key" } },
  outputs: { names: { uri: "s3://jobs/names/" } },
  instance: { type: "ml.m5.large", count: 2 },
};

test("a processing job shares its input among its instances, and its output and log come back", async () => {
  const job = await sdk.startProcessingJob(session, processing);
  const log: string[] = [];
  const onEvent = (event: sdk.JobEvent) => event.kind === "log" && log.push(event.message);
  expect(await sdk.waitForProcessingJob(session, job, { ...wait, onEvent })).toMatchObject({
    status: "Completed",
  });
  const shares: string[] = [];
  for await (const { uri } of sdk.listFiles(session, "names/")) {
    const share = JSON.parse(Buffer.from(await sdk.readObject(session, uri)).toString());
    expect(share).toHaveLength(2);
    shares.push(...share);
  }
  expect(shares.sort()).toEqual(["a.txt", "b.txt", "c.txt", "d.txt"]);
  expect(log.filter((line) => line.endsWith("has 2 files, args --fast"))).toHaveLength(2);
});

test("a processing job that fails tells the program's own words", async () => {
  const job = await sdk.startProcessingJob(session, {
    ...processing,
    environment: { FAIL: "the pictures are upside down" },
  });
  const error = await sdk.waitForProcessingJob(session, job, wait).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(sdk.ProcessingJobFailedError);
  expect(error.message).toContain("the pictures are upside down");
});

test("a transform job sends every object of a folder through a model", async () => {
  const { path } = await sdk.packModel({
    output: join(folder, "model.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    files: { "model.onnx": Buffer.from("stub") },
  });
  const model = await sdk.createModel(session, {
    model: await sdk.uploadModel(session, path, undefined, { image }),
  });
  const job = await sdk.startTransformJob(session, {
    model,
    input: { uri: "s3://jobs/images/", contentType: "text/plain" },
    output: { uri: "s3://jobs/answers/" },
    instance: { type: "ml.m5.large" },
  });
  expect(await sdk.waitForTransformJob(session, job, wait)).toMatchObject({
    outputUri: "s3://jobs/answers/",
  });
  const answers: string[] = [];
  for await (const { uri, key } of sdk.listFiles(session, "answers/")) {
    answers.push(`${key} ${Buffer.from(await sdk.readObject(session, uri))}`);
  }
  expect(answers).toEqual(["a", "b", "c", "d"].map((name) => `answers/${name}.txt.out one two three`));
  expect(await sdk.stopTransformJob(session, job, wait)).toBe("Completed");
});

test("the records of processing jobs are listed and deleted with the rest", async () => {
  const deleted = await sdk.deleteResources(session, wait);
  expect(deleted.map(({ resource }) => resource).sort()).toEqual([
    "model",
    "processing-job",
    "processing-job",
  ]);
  expect(await sdk.listResources(session)).toEqual([]);
});
