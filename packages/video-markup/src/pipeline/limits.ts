import { mkdir, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LimitError } from "../errors.js";
import type { VideoInfo } from "../media/probe.js";

/** Limits that are checked before work begins. */
export interface LimitOptions {
  /** Longest video in seconds. Default: no limit. */
  readonly maxDurationSeconds?: number;
  /** Most pixels of a frame: what a decoded frame may take of memory. Default 67,108,864 (8192 x 8192). */
  readonly maxFramePixels?: number;
  /** Free space in bytes that must be on the output's disk. Default: an estimate from the source's size. */
  readonly minFreeBytes?: number;
}

/** Two copies of the video exist for a moment (segments and output), and coding is not smaller for sure. */
const spaceFactor = 3;
const leastSpaceBytes = 16 * 2 ** 20;

/** @throws {LimitError} when a limit would be passed */
export async function checkLimits(
  video: VideoInfo,
  output: string,
  options: LimitOptions & { readonly maxSeconds?: number },
): Promise<void> {
  const { maxDurationSeconds, maxFramePixels = 8192 * 8192, maxSeconds } = options;
  const seconds = Math.min(video.durationSeconds, maxSeconds ?? Number.POSITIVE_INFINITY);
  if (maxDurationSeconds !== undefined && seconds > maxDurationSeconds) {
    throw new LimitError(
      `${video.input} lasts ${seconds.toFixed(1)} s, more than maxDurationSeconds (${maxDurationSeconds} s); raise it, or set maxSeconds to work on a part`,
    );
  }
  const pixels = video.width * video.height;
  if (pixels > maxFramePixels) {
    throw new LimitError(
      `${video.input} has frames of ${video.width}x${video.height} = ${pixels} pixels, more than maxFramePixels (${maxFramePixels}); raise it if there is memory for that`,
    );
  }
  const folder = dirname(resolve(output));
  await mkdir(folder, { recursive: true });
  const part = video.durationSeconds > 0 ? Math.min(1, seconds / video.durationSeconds) : 1;
  const size = await stat(video.input).then(
    (found) => found.size,
    () => 0,
  );
  const needed = options.minFreeBytes ?? Math.ceil(size * part * spaceFactor) + leastSpaceBytes;
  const disk = await statfs(folder);
  const free = disk.bavail * disk.bsize;
  if (free < needed) {
    const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    throw new LimitError(
      `${folder} has ${mib(free)} free, but about ${mib(needed)} are needed; free some, choose another place, or set minFreeBytes`,
    );
  }
}
