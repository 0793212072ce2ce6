import { once } from "node:events";
import { extname } from "node:path";
import type { EncodingPlan } from "../media/encode-frames.js";
import { encoderFilters, frameInput, frameSender } from "../media/encode-frames.js";
import { startFfmpeg } from "../media/run-ffmpeg.js";
import { connectLocal } from "./local-socket.js";

/** Where a marked-up stream goes. */
export interface StreamOutput {
  /** Path or URL as ffmpeg takes it, or the address of a `LocalSocket`. */
  readonly url: string;
  /** Container by ffmpeg's name; found from the URL when left out. */
  readonly format: string | undefined;
}

/** Takes frames and sends them on as they come. */
export interface StreamEncoder {
  /** Hands over one frame; fulfilled when its buffer may be used again. Waits while the receiver is slow. */
  write(frame: Uint8Array, timestampNs: bigint): Promise<void>;
  /** Ends the stream in order. @throws {FfmpegError} when it could not be written */
  finish(): Promise<void>;
  /** Ends it at once: what was written stays. */
  kill(): void;
}

/** Seconds between keyframes: what a viewer who joins waits at most. */
const keyframeSeconds = 2;
const fragments = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-frag_duration", "1000000"];

/** Starts an encoder that holds nothing back, and whose file can be played up to its last second whenever it ends. */
export async function startStreamEncoder(
  output: StreamOutput,
  plan: EncodingPlan,
  signal: AbortSignal,
): Promise<StreamEncoder> {
  const target = connectLocal(output.url);
  const name = target ? "the stream" : output.url;
  const format = output.format ?? formatOf(output.url);
  const keyframes = Math.max(1, Math.round((keyframeSeconds * plan.frameRate.num) / plan.frameRate.den));
  const tune = plan.codecOptions.includes("libx264") ? ["-tune", "zerolatency"] : [];
  const child = await startFfmpeg(
    {
      inputs: [frameInput],
      outputs: [
        {
          url: target ? "pipe:1" : output.url,
          options: ["-map", "0:v:0", "-filter:v", encoderFilters(plan).join(",") || "null", ...tune].concat(
            plan.codecOptions,
            ["-g", String(keyframes), "-fps_mode", "passthrough", "-enc_time_base", `1:${plan.timescale}`],
            format === "mp4" ? [...fragments, "-video_track_timescale", String(plan.timescale)] : [],
            // The tag that MP4 wants is wrong for others.
            format === "mp4" ? [] : ["-tag:v", "0"],
            ["-flush_packets", "1"],
            format === undefined ? [] : ["-f", format],
          ),
        },
      ],
    },
    { task: `write ${name}`, stdin: true, pipes: target ? 1 : 0, ownGroup: true, signal },
  );
  if (target) {
    child.outputs[0]!.pipe(target);
    // The receiver has gone: nothing can be sent any more.
    target.once("error", () => child.kill());
  }
  return {
    write: frameSender(child, plan),
    async finish() {
      child.stdin!.end();
      await child.finished;
      if (target && !target.closed) await once(target, "close");
    },
    kill() {
      child.kill();
      target?.destroy();
    },
  };
}

/** Protocols carry one container each; files go by their extension, and ffmpeg knows that of most. */
function formatOf(url: string): string | undefined {
  const scheme = /^([a-z]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "rtmp" || scheme === "rtmps") return "flv";
  if (scheme === "rtsp") return "rtsp";
  if (scheme === "srt" || scheme === "udp" || scheme === "tcp") return "mpegts";
  if (/^\.(mp4|m4v|mov)$/i.test(extname(url))) return "mp4";
  return undefined;
}
