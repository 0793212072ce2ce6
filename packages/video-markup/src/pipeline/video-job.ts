import { stat } from "node:fs/promises";
import type { FrameFormat } from "../annotate/annotator.js";
import type { VideoSource } from "../inference/host-protocol.js";
import { type HostPool, type PoolJob, sharedPool } from "../inference/pool.js";
import { planSegments, type Segment } from "../media/plan-segments.js";
import { probeVideo, type VideoInfo } from "../media/probe.js";
import { EventQueue } from "./event-queue.js";
import type { JobOptions, Shard } from "./job-options.js";
import type { MarkUpProgress } from "./job-results.js";
import { checkLimits } from "./limits.js";
import { Progress } from "./progress.js";
import { openWorkFolder, type WorkFolder } from "./work-folder.js";

/** A video that is being worked on. */
export interface VideoJob {
  readonly video: VideoInfo;
  /** What hosts are told of the video. */
  readonly source: VideoSource;
  /** What annotators are told of the frames. */
  readonly canvas: FrameFormat;
  /** The segments to work on: all, or a shard's. */
  readonly segments: readonly Segment[];
  /** How many segments the whole video has, a shard's or not. */
  readonly plannedSegments: number;
  /** Stands for everything that decides how the video is cut; equal on all machines. */
  readonly planKey: unknown;
  readonly shard: Shard | undefined;
  readonly folder: WorkFolder;
  readonly pool: HostPool;
  readonly poolJob: PoolJob;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly tell: (event: MarkUpProgress) => void;
}

/**
 * Runs the frame of a job around its body: probe, limits, plan, private folder; progress as an iteration;
 * abort when the caller aborts or leaves the loop; what is kept of the folder afterwards.
 *
 * @param output the file that the job makes; its folder and lock lie beside it
 * @param passes how often each frame is worked on, for the progress
 */
export async function* runVideoJob<Result extends object>(
  input: string,
  output: string,
  options: JobOptions,
  passes: 1 | 2,
  body: (job: VideoJob) => Promise<Result>,
): AsyncGenerator<MarkUpProgress, Result & { readonly seconds: number }> {
  const started = performance.now();
  const leave = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, leave.signal]) : leave.signal;
  const events = new EventQueue<MarkUpProgress>((a, b) => a.kind === "frames" && b.kind === "frames");
  const work = withFolder(input, output, options, passes, { signal, events }, body).finally(() =>
    events.close(),
  );
  // Awaited below; a rejection before that must not count as unhandled.
  work.catch(() => {});
  try {
    yield* events;
    return { ...(await work), seconds: (performance.now() - started) / 1000 };
  } finally {
    leave.abort(new DOMException("the caller left the loop", "AbortError"));
    await work.catch(() => {});
  }
}

async function withFolder<Result>(
  input: string,
  output: string,
  options: JobOptions,
  passes: 1 | 2,
  { signal, events }: { readonly signal: AbortSignal; readonly events: EventQueue<MarkUpProgress> },
  body: (job: VideoJob) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  checkNumbers(options);
  const pool = options.pool ?? sharedPool();
  // A host takes as long to start as a video to probe.
  pool.prepare(1);
  const video = await probeVideo(input, signal);
  await checkLimits(video, output, options);
  const planned = planSegments(video, {
    ...options,
    ...(!options.shard && { hosts: Math.min(pool.workers, options.workers ?? pool.workers) }),
  });
  const segments = options.shard ? shardOf(planned, options.shard) : planned;
  pool.prepare(Math.min(segments.length, options.workers ?? pool.workers));
  const folder = await openWorkFolder(output);
  try {
    const source = videoSource(video);
    const made = await body({
      video,
      source,
      canvas: canvasOf(video, source),
      segments,
      plannedSegments: planned.length,
      planKey: [await sizeOf(input), { ...source, input: "" }, planned],
      shard: options.shard,
      folder,
      pool,
      poolJob: pool.openJob({ maxTasks: options.workers }),
      progress: new Progress(segments, passes, events),
      signal,
      tell: (event) => events.push(event),
    });
    await folder.remove();
    return made;
  } catch (error) {
    if (signal.aborted && options.onAbort !== "keep") await folder.remove();
    else await folder.release();
    throw error;
  }
}

/** A shard's neighbouring segments; shards differ by one segment at most, and may be empty. */
function shardOf(segments: readonly Segment[], { index, count }: Shard): readonly Segment[] {
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(index) || index < 1 || index > count) {
    throw new RangeError(`shard ${index}/${count} does not exist; the first of four is 1/4`);
  }
  const cut = (n: number) => Math.round((n * segments.length) / count);
  return segments.slice(cut(index - 1), cut(index));
}

function videoSource({
  input,
  timeBase,
  originPts,
  width,
  height,
  pixelFormat,
  color,
}: VideoInfo): VideoSource {
  const planar = pixelFormat.startsWith("yuv");
  const fullRange = pixelFormat.startsWith("yuvj") || (planar && color.range === "pc");
  return { input, timeBase, originPts, width, height, fullRange };
}

function canvasOf({ color, width, height }: VideoInfo, { fullRange }: VideoSource): FrameFormat {
  const known = { bt709: "bt709", smpte170m: "bt601", bt470bg: "bt601" } as const;
  const matrix = known[color.space as keyof typeof known];
  return { width, height, range: fullRange ? "full" : "limited", ...(matrix && { matrix }) };
}

async function sizeOf(input: string): Promise<number | undefined> {
  return await stat(input).then(
    ({ size }) => size,
    () => undefined,
  );
}

/** @throws {RangeError} when an option is no number that makes sense */
function checkNumbers({ workers, maxSeconds, segmentSeconds }: JobOptions): void {
  if (workers !== undefined && !(workers >= 1)) {
    throw new RangeError(`workers is ${workers}; it must be a whole number from 1`);
  }
  if (maxSeconds !== undefined && !(maxSeconds >= 0)) {
    throw new RangeError(`maxSeconds is ${maxSeconds}; it must be 0 seconds or more`);
  }
  if (segmentSeconds !== undefined && !(segmentSeconds > 0)) {
    throw new RangeError(`segmentSeconds is ${segmentSeconds}; it must be more than 0 seconds`);
  }
}
