import type { Container } from "./container.js";
import type { Banner, StreamInfo } from "./parse-banner.js";

/** What of a source goes along with its marked-up video. */
export interface KeptStreams {
  /** Options of an output whose second input is the source. */
  readonly options: readonly string[];
  /** Audio streams that are copied as they are. */
  readonly copiedSound: number;
  /** For each kept subtitle stream, whether it is shown without being asked for. */
  readonly subtitleDefaults: readonly boolean[];
  /** What could not be kept as it was, in words. */
  readonly notes: readonly string[];
}

/** How much of the sound is kept: copied where it can be, all coded again, none. */
export type SoundPlan = "copy" | "recode" | "none";

const textSubtitles = new Set(["mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"]);
const coverCodecs = new Set(["png", "mjpeg", "jpeg", "bmp"]);

/**
 * Maps the source's streams beside its main video: each with its language, title and role.
 *
 * @example
 * ```ts
 * keepStreams(banner, containerOf("road.mp4", "h264"), "copy").options;
 * // ["-map", "1:1", "-c:a:0", "copy", "-map_metadata:s:a:0", "1:s:1", "-disposition:a:0", "default"]
 * ```
 */
export function keepStreams(
  { streams, chapters }: Pick<Banner, "streams" | "chapters">,
  container: Container,
  sound: SoundPlan,
): KeptStreams {
  const options: string[] = [];
  const notes: string[] = [];
  const counts = { v: 1, a: 0, s: 0, t: 0 };
  let copiedSound = 0;
  const subtitleDefaults: boolean[] = [];
  const named = container.format === "mp4" || container.format === "mov";
  const keep = ({ index, dispositions, title }: StreamInfo, letter: keyof typeof counts, encoder: string) => {
    const place = `${letter}:${counts[letter]++}`;
    options.push("-map", `1:${index}`, `-c:${place}`, encoder);
    // Given for one stream, ffmpeg copies it for no other.
    options.push(`-map_metadata:s:${place}`, `1:s:${index}`);
    // MP4 has no title of a track; players show its handler's name.
    if (named && title !== undefined) options.push(`-metadata:s:${place}`, `handler_name=${title}`);
    if (letter === "s") subtitleDefaults.push(dispositions.includes("default"));
    if (letter !== "t") options.push(`-disposition:${place}`, dispositions.join("+") || "0");
    return place;
  };
  const main = mainVideo(streams);
  for (const stream of streams) {
    const { index, kind, codec, tag } = stream;
    const name = `${kind} stream ${index} (${codec})`;
    if (stream === main) continue;
    if (kind === "audio" && sound !== "none") {
      const copied = sound === "copy" && (container.sound?.has(codec) ?? true);
      const place = keep(stream, "a", copied ? "copy" : container.soundEncoder);
      if (copied) copiedSound++;
      else notes.push(`${name} was coded again as ${container.soundEncoder === "aac" ? "AAC" : "Opus"}`);
      // Sound that is missing in the source stays missing at its place.
      if (sound === "recode") options.push(`-filter:${place}`, "aresample=async=1");
    } else if (stream.attachedPicture && coverCodecs.has(codec) && container.covers) {
      keep({ ...stream, dispositions: ["attached_pic"] }, "v", "copy");
    } else if (kind === "subtitle" && container.subtitles.has(codec)) keep(stream, "s", "copy");
    else if (kind === "subtitle" && textSubtitles.has(codec)) keep(stream, "s", container.textEncoder);
    else if (kind === "attachment" && container.attachments) keep(stream, "t", "copy");
    // Tracks that carry chapters and the time code: both go over as what they are.
    else if (kind === "data" && (tag === "tmcd" || (tag === "text" && chapters > 0))) continue;
    else if (!(kind === "audio" && sound === "none")) notes.push(`${name} was left out`);
  }
  return { options, copiedSound, subtitleDefaults, notes };
}

/** The first video stream that is no cover picture. */
export function mainVideo(streams: readonly StreamInfo[]): StreamInfo | undefined {
  return streams.find(({ kind, attachedPicture }) => kind === "video" && !attachedPicture);
}
