import { spawn } from "node:child_process";
import { once } from "node:events";
import { SampleError } from "./errors.js";

/** What the encoder is given. */
export interface EncodeOptions {
  readonly ffmpegPath: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Encodes rgb24 frames as H.264 with an AAC track of the same length: a low
 * rumble (brown noise), as in a car.
 *
 * @throws {SampleError} when ffmpeg cannot be started or fails.
 */
export async function encodeRoadVideo(frames: Iterable<Uint8Array>, options: EncodeOptions): Promise<void> {
  const { ffmpegPath, path, width, height, fps, seconds, signal } = options;
  signal?.throwIfAborted();
  const rumble = `anoisesrc=color=brown:amplitude=0.25:seed=7:sample_rate=44100:duration=${seconds}`;
  const pictures = `-f rawvideo -pix_fmt rgb24 -s ${width}x${height} -r ${fps} -i pipe:0`.split(" ");
  const video = "-c:v libx264 -preset veryfast -crf 22 -pix_fmt yuv420p".split(" ");
  const audio = "-c:a aac -b:a 48k -movflags +faststart -f mp4".split(" ");
  const sound = ["-f", "lavfi", "-i", rumble];
  const args = ["-v", "error", "-nostdin", "-y", ...pictures, ...sound, ...video, ...audio, path];
  const child = spawn(ffmpegPath, args, { stdio: ["pipe", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  // ffmpeg that ends early closes the pipe; its exit code and complaint say why.
  child.stdin.on("error", () => {});
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("close", (code) => resolve(code));
    child.once("error", (cause) => {
      const remedy = "Install ffmpeg, or name one with FFMPEG_PATH.";
      reject(new SampleError(`Cannot start ffmpeg at ${ffmpegPath}: ${cause.message}. ${remedy}`, { cause }));
    });
  });
  // Awaited below; an early failure must not count as unhandled meanwhile.
  ended.catch(() => {});
  const stop = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (const frame of frames) {
      if (signal?.aborted || child.exitCode !== null || child.stdin.destroyed) break;
      // A pipe that breaks ends the wait as well: the loop then sees it destroyed.
      if (!child.stdin.write(frame)) await Promise.race([once(child.stdin, "drain").catch(() => {}), ended]);
    }
    child.stdin.end();
    const code = await ended;
    signal?.throwIfAborted();
    if (code !== 0) {
      throw new SampleError(`ffmpeg could not encode ${path} (exit code ${code}): ${complaint.trim()}`);
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    child.kill("SIGKILL");
  }
}
