import { availableParallelism } from "node:os";
import { createAnnotator } from "../annotate/annotator.js";
import { type AnnotationStyle, historySeconds } from "../annotate/style.js";
import type { EncodingPlan } from "../media/encode-frames.js";
import { planEncoding } from "../media/encoding-options.js";
import type { Segment } from "../media/plan-segments.js";
import type { RenderOptions } from "./job-options.js";
import {
  exists,
  type FinishedSegment,
  readSummary,
  type SegmentRecords,
  segmentFile,
  writeSummary,
} from "./segment-files.js";
import type { VideoJob } from "./video-job.js";

/** How a job's segments are drawn and encoded. */
export interface RenderPlan {
  readonly style: AnnotationStyle;
  readonly encoding: EncodingPlan;
  /** Traces, heat or counts reach back to earlier segments, so that drawing has to wait for them. */
  readonly needsEarlier: boolean;
  /** Folder of the encoded segments. */
  readonly folder: string;
}

/**
 * @param recordsKey stands for everything that the records depend on
 * @throws {RangeError} the style cannot be drawn: told here, before any work
 */
export async function planRendering(
  job: VideoJob,
  options: RenderOptions,
  recordsKey: unknown,
): Promise<RenderPlan> {
  const { annotate = {} } = options;
  const style = Array.isArray(annotate) ? { annotate } : (annotate as AnnotationStyle);
  createAnnotator(job.canvas, style);
  // One thread each when every core has a segment: threads beyond that cost 5 % more and gain nothing.
  const cores = Math.floor(availableParallelism() / Math.min(job.pool.workers, job.plannedSegments));
  const encoding = planEncoding(job.video, job.source.fullRange, cores, options.encoding);
  const folder = await job.folder.stage("render", [recordsKey, style, job.canvas, encoding]);
  return { style, encoding, needsEarlier: historySeconds(style) > 0, folder };
}

/** Draws and encodes one segment, unless that is done. */
export async function renderSegment(
  job: VideoJob,
  plan: RenderPlan,
  segment: Segment,
  records: SegmentRecords,
  earlier: readonly SegmentRecords[],
  signal: AbortSignal,
): Promise<FinishedSegment> {
  const videoPath = segmentFile(plan.folder, segment, "mp4");
  const summaryPath = segmentFile(plan.folder, segment, "json");
  if (await exists(videoPath)) {
    job.progress.rendered(segment, records.frames);
    // Records that were given from outside know nothing of the source's faults; decoding it for drawing did.
    const faults = records.faults ?? (await readSummary(summaryPath))?.faults;
    return { ...records, ...(faults && { faults }), videoPath };
  }
  const { faults } = await job.poolJob.run(
    {
      kind: "render",
      video: job.source,
      segment,
      recordsPath: records.recordsPath,
      historyPaths: earlier.map(({ recordsPath }) => recordsPath),
      withoutSeeking: records.withoutSeeking === true,
      style: plan.style,
      canvas: job.canvas,
      encoding: plan.encoding,
      outputPath: videoPath,
    },
    {
      signal,
      priority: 2 * segment.index,
      onFrames: (frames) => job.progress.rendered(segment, frames),
      onRetry: (error) => job.tell({ kind: "retry", segment: segment.index, reason: error.message }),
    },
  );
  if (faults) await writeSummary(summaryPath, { ...records, faults });
  job.progress.rendered(segment, records.frames);
  return { ...(faults && { faults }), ...records, videoPath };
}

/** First of the segments before the n-th whose detections its drawing must know; n when none. */
export function historyStart(job: VideoJob, { style }: RenderPlan, n: number): number {
  const seconds = historySeconds(style);
  if (seconds === Number.POSITIVE_INFINITY) return 0;
  const from = job.segments[n]!.startPts;
  if (from === undefined || seconds === 0) return n;
  const { timeBase } = job.video;
  const since = from - (seconds * timeBase.den) / timeBase.num;
  let first = n;
  while (first > 0 && (job.segments[first]!.startPts ?? from) > since) first--;
  return first;
}
