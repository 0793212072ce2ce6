import { extname } from "node:path";
import { concatenateFragments } from "./concatenate-fragments.js";
import type { StreamInfo } from "./parse-banner.js";
import type { VideoInfo } from "./probe.js";
import { startFfmpeg } from "./run-ffmpeg.js";

/** What is put together. */
export interface JoinPlan {
  /** Encoded segments in order, as `startEncoder` writes them. */
  readonly segments: readonly string[];
  /** The source: its audio, subtitles, chapters, cover and metadata are kept. */
  readonly video: VideoInfo;
  /** Ticks a second of the output track. */
  readonly timescale: number;
  /** When the last frame starts, in ticks of the output track. */
  readonly lastPts: number;
  /** How long it shows, in ticks of the output track. */
  readonly lastDuration: number;
  /** Whether the source's audio and subtitles end with the last frame (part of a video) or are kept whole. */
  readonly cut: boolean;
  /** The extension decides the container. */
  readonly output: string;
  readonly signal?: AbortSignal | undefined;
}

/** Audio codecs that an MP4 file carries and players know there; others are coded again as AAC. */
const mp4Audio = new Set(["aac", "mp3", "mp2", "ac3", "eac3", "alac", "opus"]);
const textSubtitles = new Set(["mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"]);
const coverCodecs = new Set(["png", "mjpeg", "jpeg", "bmp"]);

/**
 * Puts the encoded segments together with everything else that the source holds.
 *
 * @returns what of the source could not be kept, in words
 */
export async function joinOutput(plan: JoinPlan): Promise<readonly string[]> {
  const { video, timescale, lastPts, lastDuration, output } = plan;
  const matroska = /^\.(mkv|webm)$/i.test(extname(output));
  const kept = keepStreams(video.streams, matroska);
  const origin = (video.originPts * video.timeBase.num) / video.timeBase.den;
  const end = (lastPts + lastDuration) / timescale;
  const source = [
    "-thread_queue_size",
    "1024",
    "-copyts",
    ...(origin === 0 ? [] : ["-itsoffset", (-origin).toFixed(6)]),
    ...(plan.cut ? ["-t", end.toFixed(6)] : []),
  ];
  const child = await startFfmpeg(
    {
      inputs: [
        // With two inputs ffmpeg reads each in a thread, and sleeps 10 ms whenever it has emptied that thread's
        // queue: the default of 8 packets would hold it to 800 frames a second.
        { url: "pipe:0", options: ["-thread_queue_size", "1024", "-copyts", "-f", "mov"] },
        { url: video.input, options: source },
      ],
      outputs: [
        {
          url: output,
          options: [
            "-map",
            "0:v:0",
            "-c:v:0",
            "copy",
            // An encoder does not say how long its last frame shows; without this it shows for one tick or
            // as long as the one before.
            "-bsf:v:0",
            `setts=duration=if(eq(PTS\\,${lastPts})\\,${lastDuration}\\,DURATION)`,
            ...kept.options,
            "-map_metadata",
            "1",
            "-map_metadata:s:v:0",
            `1:s:${video.streams.find((s) => s.kind === "video" && !s.attachedPicture)?.index ?? 0}`,
            "-map_chapters",
            "1",
            "-avoid_negative_ts",
            "disabled",
            "-max_interleave_delta",
            "0",
            ...(matroska
              ? []
              : [
                  "-video_track_timescale",
                  String(timescale),
                  // Edit lists count in this; the default of 1000 would round a late start to milliseconds.
                  "-movie_timescale",
                  String(timescale),
                  "-movflags",
                  "+faststart",
                  "-f",
                  /^\.mov$/i.test(extname(output)) ? "mov" : "mp4",
                ]),
          ],
        },
      ],
    },
    {
      task: `join ${plan.segments.length} segments with the sound of ${video.input}`,
      stdin: true,
      pipes: 0,
      signal: plan.signal,
    },
  );
  const stdin = child.stdin!;
  // An ffmpeg that ends early never drains its pipe; its own reason says more than a broken pipe does.
  const copied = concatenateFragments(plan.segments, stdin).then(() => stdin.end());
  await Promise.race([copied, child.finished]);
  await child.finished;
  return kept.lost;
}

function keepStreams(
  streams: readonly StreamInfo[],
  matroska: boolean,
): { options: string[]; lost: string[] } {
  const options: string[] = [];
  const lost: string[] = [];
  let covers = 0;
  let audio = 0;
  let subtitles = 0;
  const mainVideo = streams.find((s) => s.kind === "video" && !s.attachedPicture);
  for (const stream of streams) {
    const { index, kind, codec } = stream;
    if (stream === mainVideo) continue;
    if (stream.attachedPicture && coverCodecs.has(codec)) {
      covers++;
      options.push(
        "-map",
        `1:${index}`,
        `-c:v:${covers}`,
        "copy",
        `-disposition:v:${covers}`,
        "attached_pic",
      );
    } else if (kind === "audio") {
      const copied = matroska || mp4Audio.has(codec);
      if (!copied) lost.push(`audio stream ${index} (${codec}) was coded again as AAC`);
      options.push("-map", `1:${index}`, `-c:a:${audio++}`, copied ? "copy" : "aac");
    } else if (kind === "subtitle" && (matroska || textSubtitles.has(codec))) {
      options.push("-map", `1:${index}`, `-c:s:${subtitles++}`, matroska ? "copy" : "mov_text");
    } else {
      lost.push(`${kind} stream ${index} (${codec}) was left out`);
    }
  }
  return { options, lost };
}
