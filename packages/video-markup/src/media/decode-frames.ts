import { FfmpegError } from "../errors.js";
import { FrameReader } from "./frame-reader.js";
import type { Rational } from "./rational.js";
import { startFfmpeg } from "./run-ffmpeg.js";

/** Which frames of which video are decoded. */
export interface FrameRange {
  /** Path or URL. */
  readonly input: string;
  readonly timeBase: Rational;
  /** First presentation time in ticks; undefined: from the start of the stream. */
  readonly startPts: number | undefined;
  /** First presentation time after the range, in ticks; undefined: to the end of the stream. */
  readonly endPts: number | undefined;
  /** Whether its frames are deinterlaced, those that are flagged as interlaced; their number stays. */
  readonly interlaced: boolean;
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

/** One moment of the video in every format that was asked for. */
export interface DecodedFrame {
  /** Ticks; undefined when times were not asked for. */
  readonly pts: number | undefined;
  /** The frame in each format, in their order. Valid until the next one is asked for: buffers are used again. */
  readonly pictures: readonly Uint8Array[];
}

/** What a decoder could not do: give a frame at all, or a whole one. */
export type DecodingFault = "undecodable" | "damaged";

/** Options of {@link decodeFrames}. */
export interface DecodeFramesOptions {
  /** Whether each frame's time is read too. Default false. */
  readonly withTimes?: boolean;
  /** Threads of the decoder. Default 1: several segments are decoded at once. */
  readonly threads?: number;
  /** Decode from the start of the stream instead of seeking, for files whose seeking is wrong. Default false. */
  readonly withoutSeeking?: boolean;
  /**
   * Told when a packet gave no frame, or a damaged one that the decoder has mended as it could; with the time of the
   * frame before it in ticks, where times are read.
   */
  readonly onFault?: (fault: DecodingFault, pts: number | undefined) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options that make ffmpeg decode exactly the frames of a range. Seeking goes to the keyframe at or
 * before the start; the `trim` filter, which counts in ticks, makes the cut. Nothing is dropped or doubled.
 */
export function rangeOptions(
  range: FrameRange,
  options: { readonly threads?: number; readonly withoutSeeking?: boolean } = {},
): { readonly input: readonly string[]; readonly trim: readonly string[] } {
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
 * Decodes the frames of a range once and delivers each in one or two formats.
 *
 * @throws {FfmpegError} when decoding fails
 */
export async function* decodeFrames(
  range: FrameRange,
  formats: readonly [FrameFormat] | readonly [FrameFormat, FrameFormat],
  options: DecodeFramesOptions = {},
): AsyncGenerator<DecodedFrame, void> {
  const { withTimes = false, signal } = options;
  const { input, trim } = rangeOptions(range, options);
  const times = new TimeQueue();
  // Times first: the filter that deinterlaces counts in other ticks.
  const common = [...trim, ...(withTimes ? printTimes : []), ...(range.interlaced ? [deinterlace] : [])];
  const branches = formats.map(({ filters, pixelFormat }) => [...filters, `format=${pixelFormat}`].join(","));
  const graph =
    branches.length === 1
      ? `[0:V:0]${[...common, branches[0]].join(",")}[out0]`
      : `[0:V:0]${[...common, "split"].join(",")}[in0][in1];[in0]${branches[0]}[out0];[in1]${branches[1]}[out1]`;
  const child = await startFfmpeg(
    {
      inputs: [{ url: range.input, options: input }],
      outputs: formats.map((_, n) => ({
        url: `pipe:${n === 0 ? 1 : 3}`,
        options: [
          // The graph belongs to the whole call; it stands before the first output.
          ...(n === 0 ? ["-filter_complex_threads", "1", "-filter_complex", graph] : []),
          "-map",
          `[out${n}]`,
          "-fps_mode",
          "passthrough",
          // A frame goes out in one piece, not copied into a buffer of 32 KiB first.
          "-avioflags",
          "direct",
          "-f",
          "rawvideo",
        ],
      })),
    },
    {
      task: `decode ${range.input}`,
      pipes: formats.length as 1 | 2,
      // ffmpeg tells of damaged frames at this level, and of each when it is not to gather them.
      logLevel: "repeat+warning",
      onStderrLine: (line) => {
        if (withTimes) times.read(line);
        const fault = faultIn(line);
        // Decoded from the start of the file, the faults before the range are not its own.
        if (fault && (range.startPts === undefined || options.withoutSeeking !== true)) {
          options.onFault?.(fault, times.latest);
        }
      },
      signal,
    },
  );
  child.finished.then(
    () => times.end(),
    () => times.end(),
  );
  // Both pipes are read ahead at once: ffmpeg may fill one before the other.
  const readers = formats.map(
    ({ byteLength }, n) => new FrameReader(child.outputs[n]!, byteLength, formats.length),
  );
  try {
    for (;;) {
      const pictures: Uint8Array[] = [];
      for (const reader of readers) {
        const picture = await reader.next();
        if (picture) pictures.push(picture);
      }
      if (pictures.length < readers.length) {
        // Killed between its two pipes: ffmpeg counts as ended only when the fuller one is read up or closed.
        if (pictures.length > 0) for (const reader of readers) reader.close();
        break;
      }
      yield { pictures, pts: withTimes ? await times.next(range.input) : undefined };
    }
    await child.finished;
    const leftover = readers.find((reader) => reader.leftover > 0)?.leftover;
    if (leftover) throw new FfmpegError(`ffmpeg ended after ${leftover} bytes of a frame of ${range.input}`);
  } finally {
    child.kill();
    for (const reader of readers) reader.close();
    await child.finished.catch(() => {});
  }
}

/**
 * Filters that write each frame's time to stderr. `showinfo` would, too, but in ten writes a frame: its log
 * and the waking of this program cost 0.2 ms. A frame is printed for its metadata alone, so it is given some.
 */
const printTimes = [
  "metadata=add:key=sightline:value=1",
  "metadata=print:key=sightline:file='pipe\\:2':direct=1",
];

const deinterlace = "bwdif=mode=send_frame:deint=interlaced";

/** ffmpeg's words for a fault, from version 5 to 7. */
function faultIn(line: string): DecodingFault | undefined {
  if (line.includes("corrupt decoded frame")) return "damaged";
  return /Error while decoding stream|Error submitting packet to decoder|Decoding error:/.test(line)
    ? "undecodable"
    : undefined;
}

/** Times read from stderr, handed out in order as the frames arrive on stdout. */
class TimeQueue {
  #times: (number | "none")[] = [];
  /** The last one read. */
  latest: number | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  read(line: string): void {
    // ffmpeg's own log may have begun the line: it writes in pieces, and in another thread.
    const pts = /frame:\d+ +pts:(-?\d+|NOPTS) /.exec(line)?.[1];
    if (pts === undefined) return;
    this.#times.push(pts === "NOPTS" ? "none" : Number(pts));
    if (pts !== "NOPTS") this.latest = Number(pts);
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
