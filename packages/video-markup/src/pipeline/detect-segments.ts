import type { Detector } from "../detectors/detector.js";
import type { DetectTask, MarkTask, ModelPlan, TaskResult } from "../inference/host-protocol.js";
import { loadDetector } from "../inference/load-detector.js";
import { planModel } from "../inference/plan-model.js";
import type { Segment } from "../media/plan-segments.js";
import type { DetectOptions } from "./job-options.js";
import type { RenderPlan } from "./render-segments.js";
import {
  exists,
  fileDigest,
  fileState,
  readSummary,
  type SegmentRecords,
  segmentFile,
  writeSummary,
} from "./segment-files.js";
import type { VideoJob } from "./video-job.js";

const gpuBatch = 4;

/** Raised when the meaning of the records changes, so that older ones are not taken for new. */
const recordsVersion = 2;

/** How a job's segments are detected. */
export interface DetectPlan {
  readonly model: ModelPlan;
  readonly stride: number;
  /** Folder of the records. */
  readonly folder: string;
  /** Stands for everything that the records depend on. */
  readonly key: unknown;
}

/**
 * Plans detection, and loads the model's description once, so that a model that does not fit fails before
 * any work.
 */
export async function planDetection(job: VideoJob, options: DetectOptions): Promise<DetectPlan> {
  const { stride = 1 } = options;
  if (!Number.isInteger(stride) || stride < 1) {
    throw new RangeError(`stride is ${stride}; it must be a whole number from 1`);
  }
  const planned = planModel(options, job.pool.threadsPerHost);
  const detector = await loadDetector(planned, job.video);
  const model = { ...planned, batch: framesTogether(detector, planned, options.batch) };
  const files = [model.path, ...(model.decoderModule ? [model.decoderModule] : [])];
  // Another machine goes on with what this one has finished, so neither the video's place nor the model's time count.
  const digests = await Promise.all(files.map(fileDigest));
  const key = [recordsVersion, await fileState(job.video.input), digests, model, job.planKey, stride];
  return { model, stride, folder: await job.folder.stage("detect", key), key };
}

/** How many frames may go through a model together. */
function framesTogether({ input, layout }: Detector, { providers }: ModelPlan, asked?: number): number {
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 1)) {
    throw new RangeError(`batch is ${asked}; it must be a whole number from 1`);
  }
  if (input.batch !== "free") return 1;
  // A decoder of the user's own may know of single frames only.
  return asked ?? (providers[0] === "cpu" || layout === "custom" ? 1 : gpuBatch);
}

/** How many segments an earlier run has detected. */
export async function countDetected(job: VideoJob, plan: DetectPlan): Promise<number> {
  const found = await Promise.all(
    job.segments.map((segment) => exists(segmentFile(plan.folder, segment, "json"))),
  );
  return found.filter(Boolean).length;
}

/**
 * Detects one segment, unless an earlier run has.
 *
 * @param render draws and encodes it on the way, which spares a second decoding
 */
export async function detectSegment(
  job: VideoJob,
  plan: DetectPlan,
  segment: Segment,
  signal: AbortSignal,
  render?: RenderPlan,
): Promise<SegmentRecords> {
  const { progress, poolJob, tell, source } = job;
  const recordsPath = segmentFile(plan.folder, segment, "jsonl");
  const summaryPath = segmentFile(plan.folder, segment, "json");
  const earlier = await readSummary(summaryPath);
  if (earlier) {
    progress.detected(segment, earlier.frames, true);
    return { ...earlier, recordsPath };
  }
  const detect: DetectTask = {
    kind: "detect",
    model: plan.model,
    video: source,
    segment,
    stride: plan.stride,
    recordsPath,
  };
  const outputPath = render && segmentFile(render.folder, segment, "mp4");
  const together = outputPath !== undefined && !(await exists(outputPath));
  const task: DetectTask | MarkTask = together
    ? {
        ...detect,
        kind: "mark",
        style: render!.style,
        canvas: job.canvas,
        encoding: render!.encoding,
        outputPath,
      }
    : detect;
  const result: TaskResult = await poolJob.run(task, {
    signal,
    priority: 2 * segment.index + 1,
    onFrames: (frames) => {
      if (together) progress.rendered(segment, frames);
      progress.detected(segment, frames);
    },
    onRetry: (error) => tell({ kind: "retry", segment: segment.index, reason: error.message }),
  });
  await writeSummary(summaryPath, result);
  if (together) progress.rendered(segment, result.frames);
  progress.detected(segment, result.frames);
  return { ...result, recordsPath };
}
