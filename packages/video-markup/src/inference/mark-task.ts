import { createAnnotator } from "../annotate/annotator.js";
import { yuv420Frame } from "../annotate/yuv-frame.js";
import { decodeFrames } from "../media/decode-frames.js";
import { startEncoder } from "../media/encode-frames.js";
import { startRecordFile } from "../records/record-file.js";
import { faultCounter, frameSeconds, runDetectTask, segmentSeconds } from "./detect-task.js";
import { FrameCounts } from "./frame-counts.js";
import { createFrameDetector } from "./frame-detector.js";
import type { MarkTask, TaskResult } from "./host-protocol.js";
import { loadDetector } from "./load-detector.js";
import { sessionFor } from "./loaded-model.js";
import { drawingFormat, nanoseconds, runRenderTask } from "./render-task.js";
import type { TaskContext } from "./task-context.js";

/**
 * Finds, draws and encodes one segment in one go. Decoding once for both spares a second decoder, the
 * largest cost beside model and encoder.
 */
export async function runMarkTask(task: MarkTask, context: TaskContext): Promise<TaskResult> {
  const { video, segment, stride } = task;
  const { signal, onFrames } = context;
  const detector = await loadDetector(task.model, video);
  const session = await sessionFor(task.model);
  const frameDetector = createFrameDetector(detector, session, video);
  const annotator = createAnnotator(task.canvas, task.style);
  const encoder = await startEncoder(task.outputPath, task.encoding, signal);
  const file = await startRecordFile(task.recordsPath);
  const counts = new FrameCounts(segmentSeconds(task));
  try {
    for await (const { pictures, pts } of decodeFrames(
      { ...segment, ...video },
      [frameDetector.format, drawingFormat(video)],
      { withTimes: true, onFault: faultCounter(counts, video), signal },
    )) {
      const [small, full] = pictures as [Uint8Array, Uint8Array];
      const frame = segment.firstFrame + counts.frames;
      const detections = frame % stride === 0 ? await frameDetector.detect(small) : [];
      const record = { frame, ptsSeconds: frameSeconds(pts!, video), detections };
      annotator.draw(yuv420Frame(full, video.width, video.height, task.canvas), record);
      await encoder.write(full, nanoseconds(record.ptsSeconds));
      await file.write(record);
      counts.add(record);
      onFrames(counts.frames);
      signal.throwIfAborted();
    }
    await encoder.finish();
  } catch (error) {
    await Promise.all([file.discard(), encoder.discard()]);
    throw error;
  } finally {
    frameDetector.leave();
  }
  if (counts.frames !== segment.frames && segment.startPts !== undefined) {
    // A container whose seeking lies: the careful way does it again, one step at a time.
    await Promise.all([file.discard(), encoder.discard()]);
    const result = await runDetectTask({ ...task, kind: "detect" }, context);
    const withoutSeeking = result.withoutSeeking === true;
    await runRenderTask({ ...task, kind: "render", historyPaths: [], withoutSeeking }, context);
    return result;
  }
  await encoder.commit();
  await file.commit();
  return { ...counts.totals(), provider: session.provider, refusedProviders: session.refused };
}
