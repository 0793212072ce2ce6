import type { Detector } from "../detectors/detector.js";
import { FfmpegError, UnreadableVideoError } from "../errors.js";
import { type DecodingFault, decodeFrames } from "../media/decode-frames.js";
import { startRecordFile } from "../records/record-file.js";
import { FrameCounts } from "./frame-counts.js";
import { createFrameDetector } from "./frame-detector.js";
import type { DetectTask, TaskResult, VideoSource } from "./host-protocol.js";
import { loadDetector } from "./load-detector.js";
import { sessionFor } from "./loaded-model.js";
import type { ModelSession } from "./session.js";
import type { TaskContext } from "./task-context.js";

/** Runs a model over one segment and writes a line for each frame. */
export async function runDetectTask(task: DetectTask, context: TaskContext): Promise<TaskResult> {
  const detector = await loadDetector(task.model, task.video);
  const session = await sessionFor(task.model);
  let counts = await detectSegment(task, detector, session, context, false);
  // Fewer or more frames than the packet list has: a container whose seeking lies. Without seeking the
  // count is the decoder's own, and stands.
  const withoutSeeking = counts.frames !== task.segment.frames && task.segment.startPts !== undefined;
  if (withoutSeeking) {
    counts = await detectSegment(task, detector, session, context, true);
  }
  return {
    ...counts.totals(),
    withoutSeeking,
    provider: session.provider,
    refusedProviders: session.refused,
  };
}

/** Seconds in the output at which a frame of the source shows. */
export function outputSeconds(pts: number, { originPts, timeBase }: VideoSource): number {
  return ((pts - originPts) * timeBase.num) / timeBase.den;
}

/**
 * The same for a frame that was decoded.
 *
 * @throws {UnreadableVideoError} when it would show before the video begins: its packets tell other times
 */
export function frameSeconds(pts: number, video: VideoSource): number {
  const seconds = outputSeconds(pts, video);
  if (seconds >= 0) return seconds;
  throw new UnreadableVideoError(
    video.input,
    `${video.input} has a frame at ${seconds.toFixed(2)} s, before its start: its time stamps are damaged; write them anew with ffmpeg -i ${video.input} -c copy OUTPUT`,
  );
}

/** Counts the faults of a decoder. */
export function faultCounter(
  counts: FrameCounts,
  video: VideoSource,
): (fault: DecodingFault, pts: number | undefined) => void {
  return (fault, pts) => counts.addFault(fault, pts === undefined ? undefined : outputSeconds(pts, video));
}

/** Seconds in the output at which a segment begins. */
export function segmentSeconds({ segment, video }: Pick<DetectTask, "segment" | "video">): number {
  return segment.startPts === undefined ? 0 : outputSeconds(segment.startPts, video);
}

async function detectSegment(
  task: DetectTask,
  detector: Detector,
  session: ModelSession,
  { signal, onFrames }: TaskContext,
  withoutSeeking: boolean,
): Promise<FrameCounts> {
  const { video, segment, stride } = task;
  const frameDetector = createFrameDetector(detector, session, video);
  const file = await startRecordFile(task.recordsPath);
  const counts = new FrameCounts(segmentSeconds(task));
  try {
    for await (const { pictures, pts } of decodeFrames({ ...segment, ...video }, [frameDetector.format], {
      withTimes: true,
      withoutSeeking,
      onFault: faultCounter(counts, video),
      signal,
    })) {
      const frame = segment.firstFrame + counts.frames;
      const detections = frame % stride === 0 ? await frameDetector.detect(pictures[0]!) : [];
      const record = { frame, ptsSeconds: frameSeconds(pts!, video), detections };
      await file.write(record);
      counts.add(record);
      onFrames(counts.frames);
      signal.throwIfAborted();
    }
    if (counts.frames === 0) {
      throw new FfmpegError(`no frame of segment ${segment.index} of ${video.input} could be decoded`);
    }
    await file.commit();
  } finally {
    frameDetector.leave();
    await file.discard();
  }
  return counts;
}
