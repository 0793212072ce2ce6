import { FfmpegError } from "../errors.js";
import { concatenateFragments } from "./concatenate-fragments.js";
import type { Container } from "./container.js";
import { type KeptStreams, keepStreams, mainVideo } from "./keep-streams.js";
import type { VideoInfo } from "./probe.js";
import { startFfmpeg } from "./run-ffmpeg.js";
import { showSubtitles } from "./show-subtitles.js";

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
  /** Path of the file to be written. */
  readonly output: string;
  readonly container: Container;
  /** Whether the source's sound is kept. */
  readonly sound: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts the encoded segments together with everything else that the source holds. Sound that is too damaged to be
 * copied is coded again: decoders mend, copying cannot.
 *
 * @returns what of the source could not be kept, in words
 */
export async function joinOutput(plan: JoinPlan): Promise<readonly string[]> {
  const { video, container } = plan;
  const kept = keepStreams(video, container, plan.sound ? "copy" : "none");
  try {
    await join(plan, kept);
    return kept.notes;
  } catch (error) {
    plan.signal?.throwIfAborted();
    if (!(error instanceof FfmpegError) || kept.copiedSound === 0) throw error;
    // Smaller sound must not hide that the disk is full.
    if (/No space left/.test(error.stderrTail)) throw error;
    const again = keepStreams(video, container, "recode");
    await join(plan, again);
    return ["the sound is damaged and could not be copied as it is", ...again.notes];
  }
}

async function join(plan: JoinPlan, kept: KeptStreams): Promise<void> {
  const { video, timescale, lastPts, lastDuration, output } = plan;
  const { format } = plan.container;
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
            `1:s:${mainVideo(video.streams)?.index ?? 0}`,
            "-map_chapters",
            "1",
            "-avoid_negative_ts",
            "disabled",
            "-max_interleave_delta",
            "0",
            // Edit lists count in movie time, whose default of 1000 would round a late start to milliseconds.
            ...(format === "mp4" || format === "mov"
              ? ["-video_track_timescale", String(timescale), "-movie_timescale", String(timescale)].concat([
                  "-movflags",
                  "+faststart",
                ])
              : []),
            "-f",
            format,
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
  if (format === "mp4" || format === "mov") await showSubtitles(output, kept.subtitleDefaults);
}
