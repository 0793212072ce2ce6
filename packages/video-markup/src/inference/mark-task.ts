import { rename, rm } from "node:fs/promises";
import { createAnnotator } from "../annotate/annotator.js";
import { yuv420Frame } from "../annotate/yuv-frame.js";
import { startWholeFile } from "../files/whole-file.js";
import { decodeFrames } from "../media/decode-frames.js";
import { startEncoder } from "../media/encode-frames.js";
import { recordLine } from "../records/frame-records.js";
import { outputSeconds, runDetectTask } from "./detect-task.js";
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
  const temporaryPath = `${task.outputPath}.part`;
  const encoder = await startEncoder(temporaryPath, task.encoding, signal);
  const file = await startWholeFile(task.recordsPath);
  const counts = new FrameCounts();
  try {
    for await (const { pictures, pts } of decodeFrames(
      { ...segment, input: video.input, timeBase: video.timeBase },
      [frameDetector.format, drawingFormat(video)],
      { withTimes: true, signal },
    )) {
      const [small, full] = pictures as [Uint8Array, Uint8Array];
      const frame = segment.firstFrame + counts.frames;
      const detections = frame % stride === 0 ? await frameDetector.detect(small) : [];
      const record = { frame, ptsSeconds: outputSeconds(pts!, video), detections };
      annotator.draw(yuv420Frame(full, video.width, video.height, task.canvas), record);
      await encoder.write(full, nanoseconds(record.ptsSeconds));
      await file.write(recordLine(record));
      counts.add(detections);
      onFrames(counts.frames);
      signal.throwIfAborted();
    }
    await encoder.finish();
  } catch (error) {
    encoder.kill();
    await file.discard();
    await rm(temporaryPath, { force: true });
    throw error;
  } finally {
    frameDetector.leave();
  }
  if (counts.frames !== segment.frames && segment.startPts !== undefined) {
    // A container whose seeking lies: the careful way does it again, one step at a time.
    await file.discard();
    await rm(temporaryPath, { force: true });
    const result = await runDetectTask({ ...task, kind: "detect" }, context);
    const withoutSeeking = result.withoutSeeking === true;
    await runRenderTask({ ...task, kind: "render", historyPaths: [], withoutSeeking }, context);
    return result;
  }
  await rename(temporaryPath, task.outputPath);
  await file.commit();
  return { ...counts.totals(), provider: session.provider, refusedProviders: session.refused };
}
