/** One stream of a container as ffmpeg lists it. */
export interface StreamInfo {
  /** Index in the container, from 0. */
  readonly index: number;
  /** What it carries. */
  readonly kind: "video" | "audio" | "subtitle" | "data" | "attachment";
  /** Codec by ffmpeg's name: `h264`, `aac`, `mov_text`. */
  readonly codec: string;
  /** Four-character code, where the container has them: `avc1`, `tmcd`. */
  readonly tag: string | undefined;
  /** ISO 639-2: `fra`; undefined where none is told. */
  readonly language: string | undefined;
  /** What the container calls it; undefined where it has no name. */
  readonly title: string | undefined;
  /** A cover picture, not a moving one. */
  readonly attachedPicture: boolean;
  /** Pictures are halves of frames, by the container's or the codec's word. */
  readonly interlaced: boolean;
  /** Roles by ffmpeg's names: `default`, `forced`, `hearing_impaired`. */
  readonly dispositions: readonly string[];
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
  /** How many chapters there are. */
  readonly chapters: number;
}

/** As `av_dump_format` writes them at the end of a stream's line. */
const roles = [
  ...["default", "dub", "original", "comment", "lyrics", "karaoke", "forced", "hearing impaired"],
  ...["visual impaired", "clean effects", "captions", "descriptions", "dependent"],
];

/** Reads the lines that ffmpeg logs at level `info` about its first input. */
export function parseBanner(lines: Iterable<string>): Banner {
  let formats: string[] = [];
  let durationSeconds: number | undefined;
  let startSeconds = 0;
  let chapters = 0;
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
    if (/^ +Chapter #0:\d+: start /.test(line)) chapters++;
    const stream = parseStream(line);
    if (stream) streams.push(stream);
    // A stream's metadata follow its line; those of the file and of chapters stand before all streams.
    const title = /^ {8}title +: (.*)$/.exec(line);
    const last = streams.at(-1);
    if (title && last) streams[streams.length - 1] = { ...last, title: title[1] };
  }
  return { formats, durationSeconds, startSeconds, streams, chapters };
}

function parseStream(line: string): StreamInfo | undefined {
  const match =
    /^ +Stream #0:(\d+)(?:\[0x[0-9a-f]+\])?(?:\(([^)]*)\))?: (Video|Audio|Subtitle|Data|Attachment): (\w+)/.exec(
      line,
    );
  if (!match) return undefined;
  const [, index, language, kind, codec] = match;
  return {
    index: Number(index),
    kind: kind!.toLowerCase() as StreamInfo["kind"],
    codec: codec!,
    tag: /\((\S{4}) \/ 0x[0-9A-F]+\)/.exec(line)?.[1],
    language: language === "und" ? undefined : language,
    title: undefined,
    attachedPicture: /\((attached pic|still image|timed thumbnails)\)/.test(line),
    interlaced: /\((?:[^()]*, )?(?:top|bottom) (?:coded )?first/.test(line),
    dispositions: roles
      .filter((role) => line.includes(` (${role})`))
      .map((role) => role.replaceAll(" ", "_")),
  };
}
