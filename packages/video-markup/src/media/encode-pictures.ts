import type { Size } from "../detection.js";
import { startFfmpeg } from "./run-ffmpeg.js";

/** Takes pictures and writes each into a file of its own. */
export interface PictureEncoder {
  /** Hands over one yuvj420p picture; fulfilled when its buffer may be used again. */
  write(picture: Uint8Array): Promise<void>;
  /** Waits until all files are there. @throws {FfmpegError} when they cannot be written */
  finish(): Promise<void>;
  /** Stops at once. */
  kill(): void;
}

const codecs = {
  // 2 is the best of mjpeg's usual scale.
  jpeg: ["-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p"],
  png: ["-c:v", "png", "-pix_fmt", "rgb24"],
} as const;

/**
 * Starts one ffmpeg that codes pictures of one size.
 *
 * @param pattern path with `%d` where the picture's number stands, counted from 0; a `%` elsewhere is doubled
 */
export async function startPictureEncoder(
  pattern: string,
  target: "jpeg" | "png",
  { width, height }: Size,
  signal: AbortSignal,
): Promise<PictureEncoder> {
  const child = await startFfmpeg(
    {
      inputs: [
        {
          url: "pipe:0",
          options: ["-f", "rawvideo", "-pixel_format", "yuvj420p", "-framerate", "1"].concat([
            "-video_size",
            `${width}x${height}`,
          ]),
        },
      ],
      outputs: [
        { url: pattern, options: [...codecs[target], "-threads", "1", "-start_number", "0", "-f", "image2"] },
      ],
    },
    { task: `write ${target} pictures`, stdin: true, pipes: 0, signal },
  );
  const stdin = child.stdin!;
  const ended = child.finished.then(
    () => {},
    () => {},
  );
  return {
    async write(picture) {
      if (stdin.destroyed) await child.finished;
      await Promise.race([new Promise<void>((resolve) => stdin.write(picture, () => resolve())), ended]);
    },
    async finish() {
      stdin.end();
      await child.finished;
    },
    kill: () => child.kill(),
  };
}
