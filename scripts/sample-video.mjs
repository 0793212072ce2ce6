// Two seconds of the synthetic road and its detector, for those who try what a user has installed.
import { join } from "node:path";

/** Writes both into `folder`; the video has 50 frames. */
export async function roadVideo(folder) {
  const { buildPotholeDetector, drawRoadVideo } = await import("../packages/samples/dist/index.js");
  const { findFfmpeg } = await import("../packages/video-markup/dist/index.js");
  const { path: ffmpegPath } = await findFfmpeg();
  const size = { seconds: 2, width: 320, height: 180 };
  const { path: video } = await drawRoadVideo({ path: join(folder, "road.mp4"), ffmpegPath, ...size });
  const { path: model } = await buildPotholeDetector(join(folder, "potholes.onnx"));
  return { video, model };
}
