import { join } from "node:path";
import { buildPotholeDetector, drawRoadVideo } from "@sightline/samples";
import {
  deployEndpoint,
  downloadFile,
  packModel,
  startVideoMarkup,
  uploadFiles,
  uploadModel,
  waitForVideoMarkup,
} from "@sightline/sdk";
import { findFfmpeg, probeVideo } from "@sightline/video-markup";
import type { FlowParts } from "./flow-parts.js";
import type { Observations } from "./report.js";

/** A video to a marked-up one, by an asynchronous endpoint. Everything is in the ledger before it is made. */
export async function videoFlow(parts: FlowParts): Promise<Observations> {
  const { session, ledger, folder, runId, instances, image, say, signal, wait } = parts;
  const name = `verify-video-${runId}`;
  say("video: drawing, and building the detector");
  const drawn = await drawRoadVideo({
    path: join(folder, "road.mp4"),
    seconds: 2,
    fps: 10,
    width: 320,
    height: 180,
    ffmpegPath: (await findFfmpeg()).path,
    signal,
  });
  const { path: detector } = await buildPotholeDetector(join(folder, "potholes.onnx"));
  const archive = await packModel({
    output: join(folder, "video-model", "model.tar.gz"),
    manifest: { schemaVersion: 1, task: "video-markup", model: "potholes.onnx" },
    files: { "potholes.onnx": detector },
    signal,
  });
  say("video: uploading");
  const models = `s3://${session.bucket}/models/${name}/`;
  const jobs = `s3://${session.bucket}/jobs/${name}/`;
  ledger.add({ kind: "objects", uri: models });
  ledger.add({ kind: "objects", uri: jobs });
  const model = await uploadModel(session, archive.path, models, { image, signal });
  const { uri: input } = await uploadFiles(session, drawn.path, `${jobs}in/road.mp4`, { signal });
  say("video: deploying");
  ledger.add({ kind: "endpoint", name });
  await deployEndpoint(session, {
    ...wait,
    name,
    model,
    instance: { type: instances.video },
    environment: { SIGHTLINE_S3_ALLOWED: jobs },
    async: { outputUri: `${jobs}answers/` },
    signal,
  });
  say("video: marking up");
  const request = { input, output: `${jobs}out/` };
  const markup = await startVideoMarkup(session, name, request, { inputFolder: `${jobs}requests/`, signal });
  const result = await waitForVideoMarkup(session, markup, { ...wait, signal });
  say("video: looking at the result");
  const video = await downloadFile(session, result.output, join(folder, "marked.mp4"), { signal });
  const probed = await probeVideo(video.path, signal);
  return {
    "video: frames": result.frames,
    "video: detections": result.detectionCount,
    "video: frames of the output": probed.index.pts.length,
    "video: size of the output": `${probed.width}x${probed.height}`,
    "video: frames with detections": result.framesWithDetections,
    "video: warnings": result.warnings.join("; "),
    "video: seconds": result.seconds,
  };
}
