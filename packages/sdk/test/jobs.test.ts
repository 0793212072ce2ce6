import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecords } from "@sightline/recordio";
import { buildPotholeDetector, drawPictures, drawRoadVideo } from "@sightline/samples";
import { beforeAll, expect, test } from "vitest";
import * as sdk from "../src/index.js";
import { follow } from "./support/follow.js";
import { folder, session, withLocal } from "./support/with-local.js";

const stub = (name: string) => [
  process.execPath,
  fileURLToPath(new URL(`support/stub-${name}.mjs`, import.meta.url)),
];
const image = sdk.containerImage("stub:1");
const wait = { firstDelayMs: 20, mostDelayMs: 200 } as const;

withLocal("jobs", { stub: { process: stub("process"), serve: stub("serve") } });
beforeAll(async () => {
  await sdk.ensureBucket(session);
  for (const name of ["a", "b", "c", "d"]) await sdk.writeObject(session, `images/${name}.txt`, name);
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
  const { events, result } = await follow(sdk.waitForProcessingJob(session, job, wait));
  expect(result).toMatchObject({ status: "Completed" });
  const log = events.flatMap((event) => (event.kind === "log" ? event.message : []));
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

test("two instances pack synthetic pictures into one RecordIO file, with nothing left but it", async () => {
  const drawn = await drawPictures({
    folder: join(folder, "pictures"),
    classes: 3,
    perClass: 8,
    sidePixels: 48,
  });
  await sdk.uploadFiles(session, drawn.folder, "pictures/", { filter: (path) => path.endsWith(".jpg") });
  const packing = sdk.packOnInstances(session, {
    ...wait,
    image: sdk.containerImage("sightline:1"),
    imagesUri: "s3://jobs/pictures/",
    outputUri: "s3://jobs/packed/",
    resize: 32,
    instance: { type: "ml.m5.large", count: 2 },
  });
  const { events, result: packed } = await follow(packing);
  const log = events.flatMap((event) => (event.kind === "log" ? event.message : []));
  expect(packed.files).toContain("s3://jobs/packed/train.rec");
  expect(packed.message).toMatch(/24 records of 2 parts, checked/);
  expect(log.filter((line) => /Packing 12 of 24 images/.test(line))).toHaveLength(2);
  const { path } = await sdk.downloadFile(session, "s3://jobs/packed/train.rec", `${folder}/`);
  let records = 0;
  for await (const record of readRecords(path)) records += record.image.length > 0 ? 1 : 0;
  expect(records).toBe(24);
  for await (const { key } of sdk.listFiles(session, "sightline-shares/")) expect.unreachable(key);
});

test("two instances mark up one video", async () => {
  const { path: detector } = await buildPotholeDetector(join(folder, "potholes.onnx"));
  const video = await drawRoadVideo({
    path: join(folder, "road.mp4"),
    seconds: 2,
    width: 320,
    height: 180,
  });
  const { uri: videoUri } = await sdk.uploadFiles(session, video.path, "videos/");
  const { path } = await sdk.packModel({
    output: join(folder, "detector.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    files: detector,
  });
  const marked = await sdk.markUpOnInstances(session, {
    ...wait,
    image: sdk.containerImage("sightline:1"),
    videoUri,
    model: await sdk.uploadModel(session, path, undefined, { image }),
    outputUri: "s3://jobs/marked",
    instance: { type: "ml.m5.large", count: 2 },
  });
  expect(marked.files).toEqual([
    "s3://jobs/marked/road_detections.jsonl",
    "s3://jobs/marked/road_output.mp4",
  ]);
  const lines = Buffer.from(await sdk.readObject(session, marked.files[0] ?? ""))
    .toString()
    .trim()
    .split("\n");
  expect(lines).toHaveLength(video.groundTruth.length);
});

test("the records of processing jobs are listed and deleted with the rest", async () => {
  const { deleted, kept } = await sdk.deleteResources(session, wait);
  expect(kept).toEqual([]);
  const resources = new Set(deleted.map(({ resource }) => resource));
  expect(resources).toEqual(new Set(["model", "processing-job"]));
  expect(await sdk.listResources(session)).toEqual([]);
});
