import { stat } from "node:fs/promises";
import { join } from "node:path";
import * as samples from "@sightline/samples";
import { beforeAll, expect, test } from "vitest";
import * as sdk from "../src/index.js";
import { createVideoTrigger } from "../src/lambda/video-trigger.js";
import { follow } from "./support/follow.js";
import { folder, session, withLocal } from "./support/with-local.js";

const image = sdk.containerImage("sightline:1");

let detector: string;
let video: { path: string; groundTruth: readonly unknown[] };
withLocal("roads");
beforeAll(async () => {
  await sdk.ensureBucket(session);
  detector = join(folder, "potholes.onnx");
  await samples.buildPotholeDetector(detector);
  video = await samples.drawRoadVideo({
    path: join(folder, "road.mp4"),
    seconds: 1,
    width: 320,
    height: 180,
  });
});

const wait = { firstDelayMs: 50, mostDelayMs: 500 } as const;

test("marks up a video through an asynchronous endpoint", async () => {
  const { path } = await sdk.packModel({
    output: join(folder, "model.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "model.onnx" },
    files: detector,
  });
  const endpoint = await sdk.deployEndpoint(session, {
    ...wait,
    name: "potholes",
    model: await sdk.uploadModel(session, path, undefined, { image }),
    instance: { type: "ml.m5.xlarge" },
    async: { outputUri: "s3://roads/async/" },
  });
  expect(endpoint.isAsync).toBe(true);
  expect(await sdk.getEndpoint(session, "potholes")).toEqual({ ...endpoint, action: "unchanged" });

  const { uri: input } = await sdk.uploadFiles(session, video.path, "in/");
  const job = await sdk.startVideoMarkup(session, endpoint, { input, output: "s3://roads/out/" });
  const { events, result: done } = await follow(
    sdk.waitForVideoMarkup(session, job, {
      ...wait,
    }),
  );
  expect(events[0]).toMatchObject({ kind: "waiting" });
  expect(done.output).toBe("s3://roads/out/road_output.mp4");
  expect(done.frames).toBe(video.groundTruth.length);
  expect(done.framesWithDetections).toBeGreaterThan(0);
  const marked = await sdk.downloadFile(session, done.output, `${folder}/`);
  expect((await stat(marked.path)).size).toBe(marked.bytes);
  const lines = Buffer.from(await sdk.readObject(session, done.detections))
    .toString()
    .trim()
    .split("\n");
  expect(lines).toHaveLength(done.frames);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ frame: 0, detections: expect.any(Array) });

  // The same video by way of the S3 event's function; the event comes twice.
  const trigger = createVideoTrigger({
    endpointName: "potholes",
    inputUri: "s3://roads/in/",
    outputUri: "s3://roads/triggered/",
    session,
  });
  const record = { s3: { bucket: { name: "roads" }, object: { key: "in/road.mp4", size: 1, eTag: "e" } } };
  const [started] = (await trigger({ Records: [record] })).started;
  expect((await trigger({ Records: [record] })).skipped).toHaveLength(1);
  const triggered = await sdk.waitForVideoMarkup(
    session,
    { ...job, inferenceId: started?.inferenceId ?? "", outputUri: started?.resultUri ?? "" },
    wait,
  );
  expect(triggered).toMatchObject({ output: "s3://roads/triggered/road_output.mp4", frames: done.frames });

  const none = await sdk.startVideoMarkup(session, endpoint, {
    input: "s3://roads/in/none.mp4",
    output: "s3://roads/out/",
  });
  const error = await sdk.waitForVideoMarkup(session, none, wait).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(sdk.InvocationError);
  expect(error.message).toContain("none.mp4");
});
