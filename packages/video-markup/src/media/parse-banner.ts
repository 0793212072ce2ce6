/** One stream of a container as ffmpeg lists it. */
export interface StreamInfo {
  /** Index in the container, from 0. */
  readonly index: number;
  readonly kind: "video" | "audio" | "subtitle" | "data" | "attachment";
  /** Codec by ffmpeg's name: `h264`, `aac`, `mov_text`. */
  readonly codec: string;
  /** A cover picture, not a moving one. */
  readonly attachedPicture: boolean;
}

/** What ffmpeg prints about an input before it starts. */
export interface Banner {
  /** Names of the container format: `["mov", "mp4", ...]`. */
  readonly formats: readonly string[];
  /** Seconds; undefined when the container does not say. */
  readonly durationSeconds: number | undefined;
  /** Seconds at which the container's time line starts. */
  readonly startSeconds: number;
  readonly streams: readonly StreamInfo[];
}

/** Reads the lines that ffmpeg logs at level `info` about its first input. */
export function parseBanner(lines: Iterable<string>): Banner {
  let formats: string[] = [];
  let durationSeconds: number | undefined;
  let startSeconds = 0;
  const streams: StreamInfo[] = [];
  for (const line of lines) {
    if (/^(Output #0|Stream mapping:)/.test(line)) break;
    const input = /^Input #0, (.*), from '/.exec(line);
    if (input) formats = input[1]!.split(",").map((name) => name.trim());
    const duration = /^ +Duration: (?:N\/A|(\d+):(\d+):([\d.]+))(?:, start: (-?[\d.]+))?/.exec(line);
    if (duration) {
      if (duration[1] !== undefined) {
        durationSeconds = Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]);
      }
      startSeconds = Number(duration[4] ?? 0);
    }
    const stream =
      /^ +Stream #0:(\d+)(?:\[0x[0-9a-f]+\])?(?:\([^)]*\))?: (Video|Audio|Subtitle|Data|Attachment): (\w+)/.exec(
        line,
      );
    if (stream) {
      streams.push({
        index: Number(stream[1]),
        kind: stream[2]!.toLowerCase() as StreamInfo["kind"],
        codec: stream[3]!,
        attachedPicture: /\((attached pic|still image|timed thumbnails)\)/.test(line),
      });
    }
  }
  return { formats, durationSeconds, startSeconds, streams };
}
