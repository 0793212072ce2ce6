import { stat } from "node:fs/promises";
import { type LongWork, longWork } from "@sightline/foundation/long-work";
import type { FrameFormat } from "../annotate/annotator.js";
import { checkOutputs, type JobFile } from "../files/check-outputs.js";
import type { VideoSource } from "../inference/host-protocol.js";
import { type PoolJob, poolOf, type TaskPool } from "../inference/pool.js";
import { planSegments, type Segment } from "../media/plan-segments.js";
import { probeVideo, type VideoInfo } from "../media/probe.js";
import type { JobOptions, Shard } from "./job-options.js";
import type { MarkUpProgress } from "./job-results.js";
import { checkLimits } from "./limits.js";
import { Progress } from "./progress.js";
import { canvasOf, videoSource } from "./video-source.js";
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
  readonly pool: TaskPool;
  readonly poolJob: PoolJob;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly tell: (event: MarkUpProgress) => void;
  /** Tells that the plan stands and the work begins. */
  tellProbed(resumedSegments: number): void;
}

/** What a job is about. */
export interface VideoJobPlan {
  readonly input: string;
  /** Files that it writes. The first is the job's own: its folder and lock lie beside it. */
  readonly outputs: readonly [JobFile & { readonly path: string }, ...JobFile[]];
  /** Files that it reads beside the input. */
  readonly reads: readonly JobFile[];
  readonly options: JobOptions;
  /** How often each frame is worked on, for the progress. */
  readonly passes: 1 | 2;
  /** Checks what the job alone knows of, before any work. */
  readonly check?: () => Promise<void>;
}

/**
 * Runs the frame of a job around its body: every output proved possible, probe, limits, plan, private folder; progress
 * as events; abort when the caller aborts or leaves the loop; what is kept of the folder afterwards.
 */
export function runVideoJob<Result extends object>(
  plan: VideoJobPlan,
  body: (job: VideoJob) => Promise<Result>,
): LongWork<MarkUpProgress, Result & { readonly seconds: number }> {
  const started = performance.now();
  return longWork<MarkUpProgress, Result & { readonly seconds: number }>(
    async (signal, tell) => {
      const made = await withFolder(plan, signal, (event) => void tell(event), body);
      return { ...made, seconds: (performance.now() - started) / 1000 };
    },
    { signal: plan.options.signal, progress: ["frames"] },
  );
}

async function withFolder<Result>(
  { input, outputs, reads, options, passes, check }: VideoJobPlan,
  signal: AbortSignal,
  tell: (event: MarkUpProgress) => void,
  body: (job: VideoJob) => Promise<Result>,
): Promise<Result> {
  checkNumbers(options);
  await checkOutputs(outputs, [{ what: "input", path: input }, ...reads]);
  await check?.();
  const output = outputs[0].path;
  const pool = poolOf(options.pool);
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
    const progress = new Progress(segments, passes, tell);
    const { durationSeconds, width, height } = video;
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
      progress,
      signal,
      tell,
      tellProbed(resumedSegments) {
        const { frames } = progress;
        const size = { frames, durationSeconds, width, height };
        tell({ kind: "probed", ...size, segments: segments.length, resumedSegments });
      },
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
