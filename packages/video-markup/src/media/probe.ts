import { stat } from "node:fs/promises";
import { UnreadableVideoError } from "../errors.js";
import { type FrameIndex, scanFrames } from "./frame-index.js";
import { mainVideo } from "./keep-streams.js";
import type { StreamInfo } from "./parse-banner.js";
import {
  parseShownColor,
  parseShownConfig,
  parseShownFrame,
  type ShownColor,
  type ShownFrame,
} from "./parse-showinfo.js";
import { type Rational, reduce } from "./rational.js";
import { startFfmpeg } from "./run-ffmpeg.js";

/** A video as it will be decoded: upright, with the time of every frame. */
export interface VideoInfo {
  /** Path or URL. */
  readonly input: string;
  /** Container format by ffmpeg's names. */
  readonly formats: readonly string[];
  /** From the first frame's start to the last one's end, in seconds. */
  readonly durationSeconds: number;
  /** Width in pixels after rotation. */
  readonly width: number;
  /** Height in pixels after rotation. */
  readonly height: number;
  /** Pixel format of the decoded frames by ffmpeg's name. */
  readonly pixelFormat: string;
  /** Shape of a pixel; undefined when the stream does not say (square). */
  readonly sampleAspectRatio: Rational | undefined;
  /** As the first frame tells it. */
  readonly color: ShownColor;
  /** Seconds a tick. */
  readonly timeBase: Rational;
  /** Ticks to take off a stream time to get the time in the output. */
  readonly originPts: number;
  /** Exact where it is constant, else the mean. */
  readonly frameRate: Rational;
  /** Frames are spaced unevenly, by more than the rounding to ticks. */
  readonly variableFrameRate: boolean;
  /** When each frame shows. */
  readonly index: FrameIndex;
  /** All streams of the container. */
  readonly streams: readonly StreamInfo[];
  /** How many chapters there are. */
  readonly chapters: number;
  /** Lines of a frame are of two moments: it is deinterlaced. */
  readonly interlaced: boolean;
  /** Seconds that the header of a file promises which is cut short; undefined for a whole one. */
  readonly promisedSeconds: number | undefined;
}

/**
 * Containers whose own time line starts at zero: there a late first frame is meant to be late. In others
 * (MPEG-TS starts wherever its clock stood) the start is taken off, as players do.
 */
const zeroBased = new Set(["mov", "mp4", "matroska", "webm"]);

/**
 * Reads all that must be known of a video before it is worked on: one pass over the packets and one
 * decoded frame. ffprobe is not needed.
 *
 * @throws {UnreadableVideoError} when the input is no video, or no frame of it can be decoded
 */
export async function probeVideo(input: string, signal?: AbortSignal): Promise<VideoInfo> {
  await checkFile(input);
  const [scanned, decoded] = await Promise.allSettled([scanFrames(input, signal), firstFrame(input, signal)]);
  // What is wrong with the file as a whole says more than that its first frame cannot be decoded.
  if (scanned.status === "rejected") throw scanned.reason;
  if (decoded.status === "rejected") throw decoded.reason;
  const { index, banner, cutShort } = scanned.value;
  const { frame, color, timeBase, frameRate } = decoded.value;
  if (index.pts.length === 0) throw new UnreadableVideoError(input, `${input} holds no frame`);
  const first = index.pts[0]!;
  const last = index.pts.at(-1)!;
  const seconds = (ticks: number) => (ticks * timeBase.num) / timeBase.den;
  const origin = banner.formats.some((name) => zeroBased.has(name)) ? Math.min(0, first) : first;
  const variable = isVariable(index, frameRate);
  return {
    input,
    formats: banner.formats,
    durationSeconds: seconds(last - first + index.lastDuration),
    width: frame.width,
    height: frame.height,
    pixelFormat: frame.pixelFormat,
    sampleAspectRatio: frame.sampleAspectRatio,
    color,
    timeBase,
    originPts: origin,
    frameRate: variable || !frameRate ? meanRate(index, timeBase) : frameRate,
    variableFrameRate: variable,
    index,
    streams: banner.streams,
    chapters: banner.chapters,
    interlaced: frame.interlaced || mainVideo(banner.streams)?.interlaced === true,
    promisedSeconds: cutShort ? banner.durationSeconds : undefined,
  };
}

async function checkFile(input: string): Promise<void> {
  if (/^[a-z][a-z0-9+.-]+:/i.test(input)) return;
  const found = await stat(input).catch((cause: unknown) => {
    throw new UnreadableVideoError(input, `${input} cannot be opened: no such file`, { cause });
  });
  if (!found.isFile()) throw new UnreadableVideoError(input, `${input} is not a file`);
  if (found.size === 0) throw new UnreadableVideoError(input, `${input} is empty`);
}

/**
 * Decodes one frame and tells its upright size and colour.
 *
 * @throws {UnreadableVideoError} when there is none
 */
export async function firstFrame(
  input: string,
  signal?: AbortSignal,
): Promise<{ frame: ShownFrame; color: ShownColor; timeBase: Rational; frameRate: Rational | undefined }> {
  let frame: ShownFrame | undefined;
  let color: ShownColor | undefined;
  let config: ReturnType<typeof parseShownConfig>;
  const child = await startFfmpeg(
    {
      inputs: [{ url: input, options: ["-copyts", "-threads", "1"] }],
      outputs: [
        {
          url: "-",
          options: ["-map", "0:V:0", "-filter:v", "showinfo=checksum=0", "-frames:v", "1", "-f", "null"],
        },
      ],
    },
    {
      task: `decode the first frame of ${input}`,
      logLevel: "info",
      pipes: 0,
      onStderrLine: (line) => {
        config ??= parseShownConfig(line);
        frame ??= parseShownFrame(line);
        color ??= parseShownColor(line);
      },
      signal,
    },
  );
  await child.finished.catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new UnreadableVideoError(input, `no frame of ${input} can be decoded`, { cause });
  });
  if (!frame || !config) throw new UnreadableVideoError(input, `no frame of ${input} can be decoded`);
  const unknown = { range: undefined, space: undefined, primaries: undefined, transfer: undefined };
  return { frame, color: color ?? unknown, ...config };
}

/** Whether frames are spaced unevenly by more than the rounding to ticks. */
function isVariable(index: FrameIndex, rate: Rational | undefined): boolean {
  if (!rate || index.pts.length < 2) return !rate;
  const step = (index.timeBase.den * rate.den) / (index.timeBase.num * rate.num);
  const first = index.pts[0]!;
  return index.pts.some((pts, n) => Math.abs(pts - first - n * step) > 1.01);
}

function meanRate(index: FrameIndex, timeBase: Rational): Rational {
  const first = index.pts[0]!;
  const ticks = index.pts.at(-1)! - first + index.lastDuration;
  if (ticks <= 0) return { num: 25, den: 1 };
  const frames = index.lastDuration > 0 ? index.pts.length : index.pts.length - 1;
  return reduce({ num: Math.max(1, frames) * timeBase.den, den: ticks * timeBase.num });
}
