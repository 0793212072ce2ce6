import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { removeTemporary, temporaryName } from "@sightline/foundation/temporary-name";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { drawRoadFrame, type PotholeBox } from "./road-frame.js";
import { encodeRoadVideo } from "./road-video-encoder.js";
import { roadWorld } from "./road-world.js";

/** Options of {@link drawRoadVideo}. */
export interface DrawRoadVideoOptions {
  /** Where the mp4 goes; its ground truth lands beside it as `<path>.truth.json`. */
  readonly path: string;
  /** Length in seconds, 1 to 600. Default 8. */
  readonly seconds?: number;
  /** Frames a second, 1 to 60. Default 25. */
  readonly fps?: number;
  /** Width in pixels, even, 160 to 1,920. Default 640. */
  readonly width?: number;
  /** Height in pixels, even, 90 to 1,080. Default 360. */
  readonly height?: number;
  /** The same seed and options draw the same frames. Default 1. */
  readonly seed?: number;
  /** Default: the environment's FFMPEG_PATH, then `ffmpeg` on PATH. */
  readonly ffmpegPath?: string;
  readonly signal?: AbortSignal;
}

/** Where the potholes of one frame are. */
export interface FrameTruth {
  /** Frame number from 0. */
  readonly frame: number;
  readonly ptsSeconds: number;
  readonly boxes: readonly PotholeBox[];
}

/** What {@link drawRoadVideo} drew. */
export interface DrawnRoadVideo {
  readonly path: string;
  readonly groundTruth: readonly FrameTruth[];
  /** True when the path already held exactly this video. */
  readonly unchanged: boolean;
}

/**
 * Draws a synthetic video of a drive along a road with potholes, with an audio
 * track. The boxes of every frame are measured on the drawn pixels, so they are exact.
 *
 * @throws {RangeError} when a number is out of its range.
 * @throws {SampleError} when ffmpeg is missing or fails.
 */
export async function drawRoadVideo(options: DrawRoadVideoOptions): Promise<DrawnRoadVideo> {
  const settings = {
    synthetic: true,
    version: 1,
    seconds: inRange("seconds", options.seconds ?? 8, 1, 600),
    fps: inRange("fps", options.fps ?? 25, 1, 60),
    width: even("width", inRange("width", options.width ?? 640, 160, 1920)),
    height: even("height", inRange("height", options.height ?? 360, 90, 1080)),
    seed: options.seed ?? 1,
  };
  const { path, signal } = options;
  const truthPath = `${path}.truth.json`;
  const earlier = await readEarlier(path, truthPath, JSON.stringify(settings));
  if (earlier) return { path, groundTruth: earlier, unchanged: true };

  await mkdir(dirname(path), { recursive: true });
  await removeTemporary(path);
  const partial = temporaryName(path);
  const groundTruth: FrameTruth[] = [];
  try {
    const ffmpegPath = options.ffmpegPath ?? (process.env.FFMPEG_PATH || "ffmpeg");
    await encodeRoadVideo(drawFrames(settings, groundTruth), {
      ...settings,
      path: partial,
      ffmpegPath,
      signal,
    });
    await rename(partial, path);
    // Last: it is what the next run takes the video's settings from.
    await writeWholeFile(truthPath, JSON.stringify({ settings, groundTruth }));
  } finally {
    await rm(partial, { force: true });
  }
  return { path, groundTruth, unchanged: false };
}

interface Settings {
  readonly seconds: number;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

function* drawFrames(settings: Settings, truth: FrameTruth[]): Generator<Uint8Array> {
  const { seconds, fps, seed } = settings;
  const world = roadWorld(seconds, seed);
  for (let frame = 0; frame < Math.round(seconds * fps); frame++) {
    // A new buffer each time: the last one may still wait in the pipe.
    const rgb = new Uint8Array(settings.width * settings.height * 3);
    const ptsSeconds = frame / fps;
    const boxes = drawRoadFrame(rgb, settings, world, ptsSeconds * world.speedMetresPerSecond);
    truth.push({ frame, ptsSeconds, boxes });
    yield rgb;
  }
}

async function readEarlier(
  path: string,
  truthPath: string,
  settings: string,
): Promise<FrameTruth[] | undefined> {
  try {
    const earlier = JSON.parse(await readFile(truthPath, "utf8"));
    await stat(path);
    return JSON.stringify(earlier.settings) === settings ? earlier.groundTruth : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function inRange(name: string, value: number, low: number, high: number): number {
  if (value >= low && value <= high) return value;
  throw new RangeError(`${name} must be from ${low} to ${high}, not ${value}.`);
}

function even(name: string, value: number): number {
  if (Number.isInteger(value) && value % 2 === 0) return value;
  throw new RangeError(`${name} must be an even whole number (4:2:0 video needs it), not ${value}.`);
}
