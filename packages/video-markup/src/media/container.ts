import { extname } from "node:path";

/** A kind of file that a marked-up video can be, and what else it holds. */
export interface Container {
  /** Muxer by ffmpeg's name. */
  readonly format: "mp4" | "mov" | "matroska" | "webm";
  /** Video codecs that may stand in it; undefined: every one of ours. */
  readonly video?: ReadonlySet<string>;
  /** Sound that is copied; undefined: all. Other sound is coded again with `soundEncoder`. */
  readonly sound?: ReadonlySet<string>;
  readonly soundEncoder: "aac" | "libopus";
  /** Subtitles that are copied; other text is coded again with `textEncoder`, pictures are left out. */
  readonly subtitles: ReadonlySet<string>;
  readonly textEncoder: "mov_text" | "srt" | "webvtt";
  /** Whether cover pictures are kept. */
  readonly covers: boolean;
  /** Whether attached files (fonts) are kept. */
  readonly attachments: boolean;
}

const mp4: Container = {
  format: "mp4",
  // What players know in it.
  sound: new Set(["aac", "mp3", "mp2", "ac3", "eac3", "alac", "opus"]),
  soundEncoder: "aac",
  subtitles: new Set(["mov_text"]),
  textEncoder: "mov_text",
  covers: true,
  attachments: false,
};

const matroska: Container = {
  format: "matroska",
  soundEncoder: "aac",
  subtitles: new Set(
    ["subrip", "srt", "ass", "ssa", "webvtt"].concat(["dvd_subtitle", "dvb_subtitle", "hdmv_pgs_subtitle"]),
  ),
  textEncoder: "srt",
  covers: true,
  attachments: true,
};

const containers: Readonly<Record<string, Container>> = {
  ".mp4": mp4,
  ".m4v": mp4,
  ".mov": { ...mp4, format: "mov" },
  ".mkv": matroska,
  // The WebM project allows these alone.
  ".webm": {
    ...matroska,
    format: "webm",
    video: new Set(["av1"]),
    sound: new Set(["opus", "vorbis"]),
    soundEncoder: "libopus",
    subtitles: new Set(["webvtt"]),
    textEncoder: "webvtt",
    covers: false,
    attachments: false,
  },
};

/** Whether a name asks for a container that is known here. */
export function isContainer(output: string): boolean {
  return Object.hasOwn(containers, extname(output).toLowerCase());
}

/**
 * The container that an output's name asks for; MP4 for a name without an extension.
 *
 * @param codec of the video: `h264`, `av1_nvenc`; undefined where it is not known
 * @throws {RangeError} when there is none of that name, or it cannot hold the codec
 */
export function containerOf(output: string, codec: string | undefined): Container {
  const extension = extname(output).toLowerCase() || ".mp4";
  const container = Object.hasOwn(containers, extension) ? containers[extension] : undefined;
  if (!container) {
    throw new RangeError(
      `${output} would be a "${extension}" file; a marked-up video can be ${Object.keys(containers).join(", ")}`,
    );
  }
  const coded = codec?.replace(/_nvenc$/, "");
  if (coded !== undefined && container.video && !container.video.has(coded)) {
    const possible = [...container.video].join(", ");
    throw new RangeError(
      `${output} cannot hold ${coded}: a ${extension} file takes ${possible}; choose that codec, or a name that ends with .mp4 or .mkv`,
    );
  }
  return container;
}
