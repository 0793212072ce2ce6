import { createAnnotator } from "../annotate/annotator.js";
import { yuv420ByteLength, yuv420Frame } from "../annotate/yuv-frame.js";
import type { FrameDetections } from "../detection.js";
import { VideoMarkupError } from "../errors.js";
import { decodeFrames, type FrameFormat } from "../media/decode-frames.js";
import { startEncoder } from "../media/encode-frames.js";
import { readRecords } from "../records/frame-records.js";
import { faultCounter, segmentSeconds } from "./detect-task.js";
import { FrameCounts } from "./frame-counts.js";
import type { RenderTask, TaskResult, VideoSource } from "./host-protocol.js";
import type { TaskContext } from "./task-context.js";

/** Draws the detections of one segment into its frames and encodes them. */
export async function runRenderTask(
  task: RenderTask,
  { signal, onFrames }: TaskContext,
): Promise<TaskResult> {
  const { video, segment } = task;
  const encoder = await startEncoder(task.outputPath, task.encoding, signal);
  const records = readRecords(task.recordsPath);
  const annotator = createAnnotator(task.canvas, task.style);
  const counts = new FrameCounts(segmentSeconds(task));
  try {
    for (const path of task.historyPaths) {
      for await (const earlier of readRecords(path)) annotator.observe(earlier);
    }
    for await (const { pictures } of decodeFrames({ ...segment, ...video }, [drawingFormat(video)], {
      onFault: faultCounter(counts, video),
      signal,
      withoutSeeking: task.withoutSeeking,
    })) {
      const record = await nextRecord(records);
      if (!record) throw mismatch(task, `more than the ${counts.frames} frames that were recorded`);
      const frame = pictures[0]!;
      annotator.draw(yuv420Frame(frame, video.width, video.height, task.canvas), record);
      await encoder.write(frame, nanoseconds(record.ptsSeconds));
      counts.add(record);
      onFrames(counts.frames);
    }
    if (await nextRecord(records)) {
      throw mismatch(task, `only ${counts.frames} frames, fewer than were recorded`);
    }
    await encoder.finish();
    await encoder.commit();
  } catch (error) {
    await encoder.discard();
    throw error;
  } finally {
    await records.return();
  }
  return counts.totals();
}

async function nextRecord(
  records: AsyncGenerator<FrameDetections, void>,
): Promise<FrameDetections | undefined> {
  const next = await records.next();
  return next.done ? undefined : next.value;
}

function mismatch(task: RenderTask, what: string): VideoMarkupError {
  return new VideoMarkupError(
    `segment ${task.segment.index} of ${task.video.input} decoded to ${what} in ${task.recordsPath}; the video and the detections do not belong together`,
  );
}

/** Planar 4:2:0, the range left as it is. */
export function drawingFormat({
  width,
  height,
  fullRange,
}: Pick<VideoSource, "width" | "height" | "fullRange">): FrameFormat {
  return {
    pixelFormat: fullRange ? "yuvj420p" : "yuv420p",
    width,
    height,
    filters: [],
    byteLength: yuv420ByteLength(width, height),
  };
}

/**
 * Far finer than any tick, so that the encoder's rounding to ticks gives back the exact one.
 *
 * @throws {VideoMarkupError} for a time before the video, which records from elsewhere may hold
 */
export function nanoseconds(seconds: number): bigint {
  if (!(seconds >= 0)) {
    throw new VideoMarkupError(
      `a frame is recorded for ${seconds} s; times count from the start of the video`,
    );
  }
  return BigInt(Math.round(seconds * 1e9));
}
