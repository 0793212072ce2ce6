import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findFfmpeg, pickKeyFrames, readRecords } from "@sightline/video-markup";
import type { VideoFigures } from "./figures.js";

/** A frame of the marked-up video. */
export interface KeyFramePicture {
  readonly seconds: number;
  readonly detections: number;
  readonly jpeg: Uint8Array;
}

const count = 6;
/** JPEG of one frame in the report; a 4K frame at good quality stays below. */
const maxBytes = 32 * 1024 * 1024;

/** Cuts those frames out of the marked-up video that show most. */
export async function keyFrames(video: VideoFigures, signal: AbortSignal): Promise<KeyFramePicture[]> {
  const { path: ffmpeg } = await findFfmpeg();
  const pictures: KeyFramePicture[] = [];
  for (const { record } of await pickKeyFrames(readRecords(video.detections), count)) {
    const { ptsSeconds, detections } = record;
    // The first frame at or behind this time: a millisecond off, since containers round time stamps.
    const seek = ["-ss", Math.max(0, ptsSeconds - 0.001).toFixed(6), "-i", video.output];
    const shape = [
      "-map",
      "0:v:0",
      "-frames:v",
      "1",
      "-vf",
      "scale='min(640,iw)':-2",
      "-q:v",
      "3",
      "-f",
      "mjpeg",
    ];
    const { stdout } = await promisify(execFile)(ffmpeg, ["-v", "error", ...seek, ...shape, "-"], {
      encoding: "buffer",
      maxBuffer: maxBytes,
      signal,
    });
    pictures.push({ seconds: ptsSeconds, detections: detections.length, jpeg: stdout });
  }
  return pictures;
}
