import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { FrameFormat } from "../annotate/annotator.js";
import type { AnnotationStyle } from "../annotate/style.js";
import type { ModelPlan, TaskResult, VideoSource } from "../inference/host-protocol.js";
import type { HostPool } from "../inference/pool.js";
import type { MarkUpOptions, MarkUpProgress } from "../mark-up-options.js";
import type { VideoInfo } from "../media/probe.js";
import { planEncoding } from "./encoding-options.js";
import type { EventQueue } from "./event-queue.js";
import type { Segment } from "./plan-segments.js";
import { exists, type WorkFolder } from "./work-folder.js";

/** Raised when the meaning of the records changes, so that older ones are not taken for new. */
const recordsVersion = 1;

/** What {@link runSegments} works with. */
export interface SegmentJob {
  readonly video: VideoInfo;
  readonly segments: readonly Segment[];
  readonly model: ModelPlan;
  readonly folder: WorkFolder;
  readonly pool: HostPool;
  readonly options: MarkUpOptions;
  readonly signal: AbortSignal;
  readonly events: EventQueue<MarkUpProgress>;
}

/** A segment that is detected and rendered. */
export interface FinishedSegment extends TaskResult {
  readonly recordsPath: string;
  readonly videoPath: string;
}

/**
 * Detects and renders every segment, several at once, skipping what an earlier run has finished. The first
 * failure stops the rest.
 */
export async function runSegments(job: SegmentJob): Promise<FinishedSegment[]> {
  const { video, segments, folder, pool, options, events } = job;
  const failure = new AbortController();
  const signal = AbortSignal.any([job.signal, failure.signal]);
  const source = videoSource(video);
  const style = annotationStyle(options);
  const canvas = canvasOf(video, source);
  // Traces and heat reach back to earlier segments, so that drawing has to wait for them.
  const needsOthers = style.annotate?.some((kind) => kind === "trace" || kind === "heat-map") === true;
  const encoding = planEncoding(video, source.fullRange, availableParallelism(), options.encoding);
  const detectInputs = [
    recordsVersion,
    await identity(video.input),
    await identity(job.model.path),
    job.model,
    segments,
    options.stride ?? 1,
  ];
  const detectFolder = await folder.stage("detect", detectInputs);
  const renderFolder = await folder.stage("render", [detectInputs, encoding, style, canvas]);
  await folder.removeStale();
  const poolJob = pool.openJob({ maxTasks: options.workers });
  const progress = new Progress(segments, events);
  const name = (segment: Segment, extension: string) =>
    `${String(segment.index).padStart(6, "0")}.${extension}`;

  const detect = async (segment: Segment): Promise<TaskResult & { recordsPath: string }> => {
    const recordsPath = join(detectFolder, name(segment, "jsonl"));
    const summaryPath = join(detectFolder, name(segment, "json"));
    const earlier = await readSummary(summaryPath);
    if (earlier) {
      progress.detected(segment, earlier.frames);
      return { ...earlier, recordsPath };
    }
    const stride = options.stride ?? 1;
    const detectTask = {
      kind: "detect",
      model: job.model,
      video: source,
      segment,
      stride,
      recordsPath,
    } as const;
    const outputPath = join(renderFolder, name(segment, "mp4"));
    const inOneGo = !needsOthers && !(await exists(outputPath));
    const result = await poolJob.run(
      inOneGo ? { ...detectTask, kind: "mark", style, canvas, encoding, outputPath } : detectTask,
      {
        signal,
        priority: 2 * segment.index + 1,
        onFrames: (frames) => {
          if (inOneGo) progress.rendered(segment, frames);
          progress.detected(segment, frames);
        },
        onRetry: (error) => events.push({ kind: "retry", segment: segment.index, reason: error.message }),
      },
    );
    await writeFile(`${summaryPath}.part`, JSON.stringify(result));
    await rename(`${summaryPath}.part`, summaryPath);
    progress.detected(segment, result.frames);
    return { ...result, recordsPath };
  };

  const render = async (
    segment: Segment,
    { recordsPath, withoutSeeking = false }: TaskResult & { readonly recordsPath: string },
    historyPaths: readonly string[],
  ): Promise<string> => {
    const outputPath = join(renderFolder, name(segment, "mp4"));
    if (!(await exists(outputPath))) {
      await poolJob.run(
        {
          kind: "render",
          video: source,
          segment,
          recordsPath,
          historyPaths,
          withoutSeeking,
          style,
          canvas,
          encoding,
          outputPath,
        },
        {
          signal,
          priority: 2 * segment.index,
          onFrames: (frames) => progress.rendered(segment, frames),
          onRetry: (error) => events.push({ kind: "retry", segment: segment.index, reason: error.message }),
        },
      );
    }
    progress.rendered(segment, segment.frames);
    return outputPath;
  };

  let resumed = 0;
  for (const segment of segments) {
    if (await exists(join(detectFolder, name(segment, "json")))) resumed++;
  }
  events.push({
    kind: "probed",
    frames: segments.reduce((sum, { frames }) => sum + frames, 0),
    durationSeconds: video.durationSeconds,
    width: video.width,
    height: video.height,
    segments: segments.length,
    resumedSegments: resumed,
  });

  const detections = segments.map((segment) => detect(segment));
  const tasks = segments.map(async (segment, n): Promise<FinishedSegment> => {
    try {
      const detected = await detections[n]!;
      const earlier = await Promise.all(detections.slice(historyStart(segments, n, style, video), n));
      const history = earlier.map(({ recordsPath }) => recordsPath);
      return { ...detected, videoPath: await render(segment, detected, history) };
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  // Every task has ended before this returns or throws: nothing may write into the folder after that.
  const settled = await Promise.allSettled(tasks);
  job.signal.throwIfAborted();
  if (failure.signal.aborted) throw failure.signal.reason;
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<FinishedSegment>).value);
}

function annotationStyle({ annotate = {} }: MarkUpOptions): AnnotationStyle {
  return Array.isArray(annotate) ? { annotate } : (annotate as AnnotationStyle);
}

function canvasOf({ color, width, height }: VideoInfo, { fullRange }: VideoSource): FrameFormat {
  const known = { bt709: "bt709", smpte170m: "bt601", bt470bg: "bt601" } as const;
  const matrix = known[color.space as keyof typeof known];
  return { width, height, range: fullRange ? "full" : "limited", ...(matrix && { matrix }) };
}

/** First of the segments before the n-th whose detections its drawing must know. */
function historyStart(
  segments: readonly Segment[],
  n: number,
  style: AnnotationStyle,
  { timeBase }: VideoInfo,
): number {
  if (style.annotate?.includes("heat-map")) return 0;
  const from = segments[n]!.startPts;
  if (from === undefined || !style.annotate?.includes("trace")) return n;
  const ticks = ((style.traceSeconds ?? 2) * timeBase.den) / timeBase.num;
  let first = n;
  while (first > 0 && (segments[first]!.startPts ?? from) > from - ticks) first--;
  return first;
}

function videoSource(video: VideoInfo): VideoSource {
  const { input, timeBase, originPts, width, height } = video;
  const fullRange =
    video.pixelFormat.startsWith("yuvj") ||
    (video.color.range === "pc" && video.pixelFormat.startsWith("yuv"));
  return { input, timeBase, originPts, width, height, fullRange };
}

/** What tells one state of a file from another without reading it. */
async function identity(path: string): Promise<unknown> {
  const found = await stat(path).catch(() => undefined);
  return found ? [path, found.size, found.mtimeMs] : [path];
}

async function readSummary(path: string): Promise<TaskResult | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as TaskResult);
}

/** Adds up the frames of all segments and tells them. */
class Progress {
  readonly #detected: number[];
  readonly #rendered: number[];
  readonly #frames: number;
  readonly #events: EventQueue<MarkUpProgress>;
  readonly #started = performance.now();
  /** Work found done from an earlier run: no measure of this one's speed. */
  #head: number | undefined;

  constructor(segments: readonly Segment[], events: EventQueue<MarkUpProgress>) {
    this.#detected = segments.map(() => 0);
    this.#rendered = segments.map(() => 0);
    this.#frames = segments.reduce((sum, { frames }) => sum + frames, 0);
    this.#events = events;
  }

  detected(segment: Segment, frames: number): void {
    this.#detected[segment.index] = frames;
    this.#tell();
  }

  rendered(segment: Segment, frames: number): void {
    this.#rendered[segment.index] = frames;
    this.#tell();
  }

  #tell(): void {
    const total = (counts: readonly number[]) => counts.reduce((sum, frames) => sum + frames, 0);
    const framesDetected = total(this.#detected);
    const framesRendered = total(this.#rendered);
    const seconds = (performance.now() - this.#started) / 1000;
    // Both halves count alike: a frame is done when it is rendered.
    const done = (framesDetected + framesRendered) / 2;
    if (seconds > 0.5) this.#head ??= done;
    const since = done - (this.#head ?? done);
    const rate = since > 0 && seconds > 1 ? since / (seconds - 0.5) : 0;
    this.#events.push({
      kind: "frames",
      framesDetected,
      framesRendered,
      frames: this.#frames,
      framesPerSecond: rate,
      etaSeconds: rate > 0 ? (this.#frames - done) / rate : undefined,
    });
  }
}
