import type { Detector } from "../detectors/detector.js";
import { FfmpegError } from "../errors.js";
import { startWholeFile } from "../files/whole-file.js";
import { decodeFrames } from "../media/decode-frames.js";
import { recordLine } from "../records/frame-records.js";
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

async function detectSegment(
  task: DetectTask,
  detector: Detector,
  session: ModelSession,
  { signal, onFrames }: TaskContext,
  withoutSeeking: boolean,
): Promise<FrameCounts> {
  const { video, segment, stride } = task;
  const frameDetector = createFrameDetector(detector, session, video);
  const file = await startWholeFile(task.recordsPath);
  const counts = new FrameCounts();
  try {
    for await (const { pictures, pts } of decodeFrames(
      { ...segment, input: video.input, timeBase: video.timeBase },
      [frameDetector.format],
      { withTimes: true, withoutSeeking, signal },
    )) {
      const frame = segment.firstFrame + counts.frames;
      const detections = frame % stride === 0 ? await frameDetector.detect(pictures[0]!) : [];
      await file.write(recordLine({ frame, ptsSeconds: outputSeconds(pts!, video), detections }));
      counts.add(detections);
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
