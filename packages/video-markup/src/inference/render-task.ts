import { rename, rm } from "node:fs/promises";
import { createAnnotator } from "../annotate/annotator.js";
import { yuv420ByteLength, yuv420Frame } from "../annotate/yuv-frame.js";
import type { FrameDetections } from "../detection.js";
import { VideoMarkupError } from "../errors.js";
import { decodeFrames, type FrameFormat } from "../media/decode-frames.js";
import { startEncoder } from "../media/encode-frames.js";
import { readRecords } from "../records/frame-records.js";
import type { TaskContext } from "./detect-task.js";
import type { RenderTask, TaskResult, VideoSource } from "./host-protocol.js";

/** Draws the detections of one segment into its frames and encodes them. */
export async function runRenderTask(
  task: RenderTask,
  { signal, onFrames }: TaskContext,
): Promise<TaskResult> {
  const { video, segment } = task;
  const format = yuvFormat(video);
  const temporaryPath = `${task.outputPath}.part`;
  const encoder = await startEncoder(temporaryPath, task.encoding, signal);
  const records = readRecords(task.recordsPath);
  const annotator = createAnnotator(task.canvas, task.style);
  let frames = 0;
  let framesWithDetections = 0;
  let detectionCount = 0;
  try {
    for (const path of task.historyPaths) {
      for await (const earlier of readRecords(path)) annotator.observe(earlier);
    }
    let record = await nextRecord(records);
    for await (const { data } of decodeFrames(
      { ...segment, input: video.input, timeBase: video.timeBase },
      format,
      { signal },
    )) {
      if (!record) throw mismatch(task, `more than the ${frames} frames that were recorded`);
      const following = await nextRecord(records);
      annotator.draw(yuv420Frame(data, video.width, video.height, task.canvas), record);
      const start = nanoseconds(record.ptsSeconds);
      const end = following
        ? nanoseconds(following.ptsSeconds)
        : start + tickNanoseconds(segment.lastDuration, video);
      await encoder.write(data, start, end - start);
      frames++;
      detectionCount += record.detections.length;
      if (record.detections.length > 0) framesWithDetections++;
      record = following;
      onFrames(frames);
    }
    if (record) throw mismatch(task, `only ${frames} frames, fewer than were recorded`);
    await encoder.finish();
    await rename(temporaryPath, task.outputPath);
  } catch (error) {
    encoder.kill();
    await rm(temporaryPath, { force: true });
    throw error;
  } finally {
    await records.return();
  }
  return { frames, framesWithDetections, detectionCount };
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
function yuvFormat({ width, height, fullRange }: VideoSource): FrameFormat {
  return {
    pixelFormat: fullRange ? "yuvj420p" : "yuv420p",
    width,
    height,
    filters: [],
    byteLength: yuv420ByteLength(width, height),
  };
}

/** Far finer than any tick, so that the encoder's rounding to ticks gives back the exact one. */
function nanoseconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}

function tickNanoseconds(ticks: number, { timeBase }: VideoSource): bigint {
  return BigInt(Math.round((ticks * timeBase.num * 1e9) / timeBase.den));
}
