import { FfmpegError } from "../errors.js";
import { startWholeFile } from "../files/whole-file.js";
import type { FfmpegEnd } from "./ffmpeg-command.js";
import { openToFfmpeg } from "./ffmpeg-user.js";
import { countFragmentFrames } from "./fragment-file.js";
import { matroskaFrameHeader, matroskaHeader } from "./matroska-writer.js";
import type { ShownColor } from "./parse-showinfo.js";
import type { Rational } from "./rational.js";
import { type RunningFfmpeg, startFfmpeg } from "./run-ffmpeg.js";

/** What the encoder is told about the frames and the coding. */
export interface EncodingPlan {
  /** Pixels, as the frames are handed over (the source's, odd or even). */
  readonly width: number;
  /** Pixels, as the frames are handed over. */
  readonly height: number;
  /** Frames a second, for rate control. */
  readonly frameRate: Rational;
  /** Ticks a second of the output track. */
  readonly timescale: number;
  /** Shape of a pixel; undefined: square. */
  readonly sampleAspectRatio: Rational | undefined;
  /** What the file is told of its colours. */
  readonly color: ShownColor;
  /** Coding options of ffmpeg: `["-c:v", "libx264", "-preset", "veryfast", "-crf", "23"]`. */
  readonly codecOptions: readonly string[];
}

/** Takes frames and writes one encoded segment. */
export interface FrameEncoder {
  /** Hands over one frame; fulfilled when its bytes are on their way and the buffer may be used again. */
  write(frame: Uint8Array, timestampNs: bigint): Promise<void>;
  /**
   * Ends the stream, waits for the file and checks that it holds every frame. It has no name yet.
   *
   * @throws {FfmpegError} when it does not: the disk is full, as a rule
   */
  finish(): Promise<void>;
  /** Gives the finished file its name. */
  commit(): Promise<void>;
  /** Stops at once, and removes what was written; of a file that has its name, nothing. */
  discard(): Promise<void>;
}

/**
 * Starts an encoder that writes a fragmented MP4 whose time stamps are absolute, so that the fragments of
 * all segments put one behind the other are one valid stream.
 */
export async function startEncoder(
  output: string,
  plan: EncodingPlan,
  signal?: AbortSignal,
): Promise<FrameEncoder> {
  const file = await startWholeFile(output, false);
  await openToFfmpeg(file.temporaryPath);
  const call = {
    inputs: [frameInput],
    outputs: [
      {
        url: file.temporaryPath,
        options: [
          "-map",
          "0:v:0",
          "-filter:v",
          // An empty graph is an error: `null` hands frames on as they are.
          encoderFilters(plan).join(",") || "null",
          ...plan.codecOptions,
          "-fps_mode",
          "passthrough",
          "-enc_time_base",
          `1:${plan.timescale}`,
          "-video_track_timescale",
          String(plan.timescale),
          "-avoid_negative_ts",
          "disabled",
          "-movflags",
          "+frag_keyframe+empty_moov+default_base_moof+frag_discont+negative_cts_offsets",
          "-f",
          "mp4",
        ],
      },
    ],
  };
  const options = { task: `encode ${output}`, stdin: true, pipes: 0, signal } as const;
  const child = await startFfmpeg(call, options).catch(async (error: unknown) => {
    await file.discard();
    throw error;
  });
  const send = frameSender(child, plan);
  let frames = 0;
  return {
    write(frame, timestampNs) {
      frames++;
      return send(frame, timestampNs);
    },
    async finish() {
      child.stdin!.end();
      await child.finished;
      const encoded = await countFragmentFrames(file.temporaryPath).catch(() => 0);
      if (encoded !== frames) {
        throw new FfmpegError(
          `${output} holds ${encoded} whole frames of ${frames} although ffmpeg ended well; there may be no space left on the disk`,
          { exitCode: 0, stderrTail: child.stderrTail() },
        );
      }
    },
    commit: () => file.commit(),
    async discard() {
      child.kill();
      await file.discard();
    },
  };
}

/** The frames that `frameSender` sends, as an input of ffmpeg. */
export const frameInput: FfmpegEnd = {
  url: "pipe:0",
  options: ["-probesize", "32", "-analyzeduration", "0", "-f", "matroska", "-copyts", "-threads", "1"],
};

/**
 * Sends frames to an ffmpeg that reads `frameInput`. What it returns is fulfilled when the frame's buffer may be
 * used again, and rejects when ffmpeg has failed.
 */
export function frameSender(
  child: RunningFfmpeg,
  plan: EncodingPlan,
): (frame: Uint8Array, timestampNs: bigint) => Promise<void> {
  const stdin = child.stdin!;
  stdin.write(matroskaHeader({ ...plan, fourcc: "I420" }));
  const ended = child.finished.then(
    () => {},
    () => {},
  );
  return async (frame, timestampNs) => {
    if (stdin.destroyed) await child.finished;
    // Corked, so that ffmpeg is not woken for the few bytes of the header.
    stdin.cork();
    stdin.write(matroskaFrameHeader(timestampNs, frame.length));
    // The callback, not `drain`: the caller's buffer is free only once the bytes have left.
    const left = new Promise<void>((resolve) => stdin.write(frame, () => resolve()));
    stdin.uncork();
    await Promise.race([left, ended]);
  };
}

/** What is between the frames handed over and the encoder: colour tags, even sides, the shape of a pixel. */
export function encoderFilters(plan: EncodingPlan): string[] {
  const { color, sampleAspectRatio, width, height } = plan;
  const filters: string[] = [];
  const tags = [
    ...(color.range ? [`range=${color.range}`] : []),
    ...(color.space ? [`colorspace=${color.space}`] : []),
    ...(color.primaries ? [`color_primaries=${color.primaries}`] : []),
    ...(color.transfer ? [`color_trc=${color.transfer}`] : []),
  ];
  if (tags.length > 0) filters.push(`setparams=${tags.join(":")}`);
  const right = width % 2;
  const bottom = height % 2;
  if (right + bottom > 0) {
    // 4:2:0 coding needs even sides: the last column or row is repeated once.
    filters.push(`pad=${width + right}:${height + bottom}:0:0`);
    filters.push(`fillborders=right=${right}:bottom=${bottom}:mode=smear`);
  }
  if (sampleAspectRatio)
    filters.push(`setsar=sar=${sampleAspectRatio.num}/${sampleAspectRatio.den}:max=1000000`);
  return filters;
}
