import type { EncodingPlan } from "./encode-frames.js";
import type { VideoInfo } from "./probe.js";

/** How the marked-up video is coded. */
export interface EncodingOptions {
  /** Default `h264`. */
  readonly codec?: "h264" | "hevc" | "av1" | "h264_nvenc" | "hevc_nvenc" | "av1_nvenc";
  /** The encoder's own name for a speed. Default: `veryfast` (x264, x265), `10` (SVT-AV1), `p4` (NVENC). */
  readonly preset?: string;
  /** Constant quality, lower is better. Default: 23 (x264), 28 (x265), 35 (SVT-AV1), 23 (NVENC's `-cq`). */
  readonly crf?: number;
  /**
   * Encoder threads. Default: the cores shared out among the segments that are encoded at once, at most 4
   * (each holds frames in memory).
   */
  readonly threads?: number;
  /** Further options for ffmpeg, each with its value, after all others. */
  readonly extra?: readonly string[];
}

const encoders = {
  h264: { name: "libx264", preset: "veryfast", crf: 23, qualityOption: "-crf", tag: "avc1" },
  hevc: { name: "libx265", preset: "veryfast", crf: 28, qualityOption: "-crf", tag: "hvc1" },
  av1: { name: "libsvtav1", preset: "10", crf: 35, qualityOption: "-crf", tag: "av01" },
  h264_nvenc: { name: "h264_nvenc", preset: "p4", crf: 23, qualityOption: "-cq", tag: "avc1" },
  hevc_nvenc: { name: "hevc_nvenc", preset: "p4", crf: 28, qualityOption: "-cq", tag: "hvc1" },
  av1_nvenc: { name: "av1_nvenc", preset: "p4", crf: 35, qualityOption: "-cq", tag: "av01" },
} as const;

/** Least ticks a second of the output track: players read fractions of a frame time from it. */
const leastTimescale = 1000;

/** Quality of x264's own default, speed of its `veryfast`. */
export const defaultCodec = "h264";

/**
 * The encoder of a codec by ffmpeg's name.
 *
 * @throws {RangeError} for a codec that is not known
 */
export function encoderOf(codec: EncodingOptions["codec"] = defaultCodec): string {
  if (!Object.hasOwn(encoders, codec)) {
    throw new RangeError(`"${codec}" is no known codec; choose from ${Object.keys(encoders).join(", ")}`);
  }
  return encoders[codec].name;
}

/** The encoder's settings for a video; the same for every segment, so that the segments fit together. */
export function planEncoding(
  video: Pick<VideoInfo, "width" | "height" | "frameRate" | "timeBase" | "sampleAspectRatio" | "color">,
  fullRange: boolean,
  cores: number,
  options: EncodingOptions = {},
): EncodingPlan {
  const { codec = defaultCodec } = options;
  const name = encoderOf(codec);
  const encoder = encoders[codec];
  const threads = options.threads ?? Math.max(1, Math.min(4, cores));
  const codecOptions = [
    "-c:v",
    name,
    "-preset",
    options.preset ?? encoder.preset,
    encoder.qualityOption,
    String(options.crf ?? encoder.crf),
    "-threads",
    String(threads),
    "-pix_fmt",
    fullRange && name === "libx264" ? "yuvj420p" : "yuv420p",
    "-tag:v",
    encoder.tag,
    // Without B-frames decoding order is showing order, so that segments join at any spacing of time stamps.
    "-bf",
    "0",
    ...(name === "libx265" ? ["-x265-params", "log-level=error:bframes=0"] : []),
    ...(options.extra ?? []),
  ];
  return {
    width: video.width,
    height: video.height,
    frameRate: video.frameRate,
    timescale: outputTimescale(video),
    sampleAspectRatio: video.sampleAspectRatio,
    color: { ...video.color, range: fullRange ? "pc" : video.color.range },
    codecOptions,
  };
}

/** Ticks a second in which every time of the source is a whole number. */
export function outputTimescale({ timeBase }: Pick<VideoInfo, "timeBase">): number {
  // Beyond 32 bits (a nanosecond time base is not) microseconds are as good as anybody can see.
  if (timeBase.den > 0x7fffffff) return 1_000_000;
  return timeBase.den * Math.max(1, Math.ceil(leastTimescale / timeBase.den));
}
