import { FfmpegError } from "../errors.js";
import { shownPts } from "./parse-showinfo.js";
import type { Rational } from "./rational.js";
import { type RunningFfmpeg, startFfmpeg } from "./run-ffmpeg.js";

/** Which frames of which video are decoded. */
export interface FrameRange {
  /** Path or URL. */
  readonly input: string;
  readonly timeBase: Rational;
  /** First presentation time in ticks; undefined: from the start of the stream. */
  readonly startPts: number | undefined;
  /** First presentation time after the range, in ticks; undefined: to the end of the stream. */
  readonly endPts: number | undefined;
}

/** How the frames are delivered. */
export interface FrameFormat {
  /** Pixel format by ffmpeg's name: `rgb24`, `yuv420p`. */
  readonly pixelFormat: string;
  /** Pixels of the delivered frame. */
  readonly width: number;
  /** Pixels of the delivered frame. */
  readonly height: number;
  /** Filters between the upright frame and the pixel format, in order. */
  readonly filters: readonly string[];
  /** Bytes of one frame. */
  readonly byteLength: number;
}

/** A decoded frame. */
export interface DecodedFrame {
  /** Ticks; undefined when times were not asked for. */
  readonly pts: number | undefined;
  /** Valid until the next frame is asked for: the buffer is used again. */
  readonly data: Uint8Array;
}

/** Options of {@link decodeFrames}. */
export interface DecodeFramesOptions {
  /** Whether each frame's time is read too. Default false. */
  readonly withTimes?: boolean;
  /** Threads of the decoder. Default 1: several segments are decoded at once. */
  readonly threads?: number;
  /** Decode from the start of the stream instead of seeking, for files whose seeking is wrong. Default false. */
  readonly withoutSeeking?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Arguments that make ffmpeg decode exactly the frames of a range. Seeking goes to the keyframe at or
 * before the start; the `trim` filter, which counts in ticks, makes the cut. Nothing is dropped or doubled.
 */
export function decodeArguments(
  range: FrameRange,
  options: { readonly threads?: number; readonly withoutSeeking?: boolean } = {},
): { input: string[]; trim: string[] } {
  const { startPts, endPts, timeBase } = range;
  const input = ["-copyts", "-threads", String(options.threads ?? 1)];
  if (startPts !== undefined && options.withoutSeeking !== true) {
    // Rounded up to the microsecond: a seek to just before a keyframe would end at the one before it.
    const seconds = (Math.ceil((startPts * timeBase.num * 1e6) / timeBase.den) / 1e6).toFixed(6);
    input.push("-noaccurate_seek", "-seek_timestamp", "1", "-ss", seconds);
  }
  const limits = [
    ...(startPts === undefined ? [] : [`start_pts=${startPts}`]),
    ...(endPts === undefined ? [] : [`end_pts=${endPts}`]),
  ];
  return { input, trim: limits.length > 0 ? [`trim=${limits.join(":")}`] : [] };
}

/**
 * Decodes the frames of a range, one after the other.
 *
 * @throws {FfmpegError} when decoding fails
 */
export async function* decodeFrames(
  range: FrameRange,
  format: FrameFormat,
  options: DecodeFramesOptions = {},
): AsyncGenerator<DecodedFrame, void> {
  const { withTimes = false, signal } = options;
  const { input, trim } = decodeArguments(range, options);
  const filters = [
    ...trim,
    ...(withTimes ? ["showinfo=checksum=0"] : []),
    ...format.filters,
    `format=${format.pixelFormat}`,
  ];
  const times = new TimeQueue();
  const child = await startFfmpeg(
    {
      inputs: [{ url: range.input, options: input }],
      outputs: [
        {
          url: "pipe:1",
          options: [
            "-map",
            "0:V:0",
            "-filter:v",
            filters.join(","),
            "-fps_mode",
            "passthrough",
            "-f",
            "rawvideo",
          ],
        },
      ],
    },
    {
      task: `decode ${range.input}`,
      logLevel: withTimes ? "info" : "error",
      ...(withTimes && { onStderrLine: (line: string) => times.read(line) }),
      signal,
    },
  );
  child.finished.then(
    () => times.end(),
    () => times.end(),
  );
  try {
    for await (const data of readFrames(child, format.byteLength)) {
      yield { data, pts: withTimes ? await times.next(range.input) : undefined };
    }
    await child.finished;
  } finally {
    child.kill();
    await child.finished.catch(() => {});
  }
}

/** Cuts ffmpeg's output into frames. The same buffer is handed out again and again. */
async function* readFrames(child: RunningFfmpeg, byteLength: number): AsyncGenerator<Uint8Array, void> {
  const frame = new Uint8Array(byteLength);
  let filled = 0;
  for await (const chunk of child.outputs[0]! as AsyncIterable<Uint8Array>) {
    let used = 0;
    while (used < chunk.length) {
      const take = Math.min(byteLength - filled, chunk.length - used);
      frame.set(chunk.subarray(used, used + take), filled);
      used += take;
      filled += take;
      if (filled === byteLength) {
        filled = 0;
        yield frame;
      }
    }
  }
  if (filled > 0) {
    await child.finished;
    throw new FfmpegError(`ffmpeg ended in the middle of a frame, after ${filled} of ${byteLength} bytes`);
  }
}

/** Times read from stderr, handed out in order as the frames arrive on stdout. */
class TimeQueue {
  #times: (number | "none")[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  read(line: string): void {
    const pts = shownPts(line);
    if (pts === undefined) return;
    this.#times.push(pts);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async next(input: string): Promise<number> {
    while (this.#times.length === 0) {
      if (this.#ended) throw new FfmpegError(`ffmpeg delivered a frame of ${input} without its time`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const pts = this.#times.shift()!;
    if (pts === "none") throw new FfmpegError(`a frame of ${input} has no presentation time`);
    return pts;
  }
}
