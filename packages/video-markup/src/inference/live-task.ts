import { createAnnotator } from "../annotate/annotator.js";
import { yuv420ByteLength, yuv420Frame } from "../annotate/yuv-frame.js";
import type { FrameDetections } from "../detection.js";
import { BehindJudge } from "../live/behind-judge.js";
import { openStream } from "../live/open-stream.js";
import { startStreamEncoder } from "../live/stream-encoder.js";
import { StreamTimes } from "../live/stream-times.js";
import { planEncoding } from "../media/encoding-options.js";
import { createTracker } from "../track/track-records.js";
import { FrameCounts } from "./frame-counts.js";
import { createFrameDetector, type FrameDetector } from "./frame-detector.js";
import type { LiveTask, TaskResult } from "./host-protocol.js";
import { loadDetector } from "./load-detector.js";
import { sessionFor } from "./loaded-model.js";
import { nanoseconds } from "./render-task.js";
import type { TaskContext } from "./task-context.js";

/** A stream may pause; the parent is told that often that its host is alive. */
const heartbeatMs = 5000;
/** For rate control only, where the stream does not tell its frame rate. */
const assumedRate = { num: 25, den: 1 };

/** Finds, draws and sends on the frames of a live stream as they come, in one pass. */
export async function runLiveTask(task: LiveTask, context: TaskContext): Promise<TaskResult> {
  const { signal, stop, onFrames, onRecord } = context;
  const planned = await loadDetector(task.model, { width: 1280, height: 720 });
  const session = await sessionFor(task.model);
  // The scaling is settled before the stream's size is known: inputs with free axes keep the size planned here.
  const inputSize = { width: planned.input.width, height: planned.input.height };
  const closing = new AbortController();
  const end = () => closing.abort(new Error("the stream is to end"));
  stop.addEventListener("abort", end, { once: true });
  if (stop.aborted) end();
  const either = AbortSignal.any([signal, closing.signal]);
  const counts = new FrameCounts();
  let framesRead = 0;
  const heartbeat = setInterval(() => onFrames(framesRead), heartbeatMs);
  const summary = (seconds: number, framesDropped: number, greatestLatenessSeconds: number): TaskResult => ({
    ...counts.totals(),
    provider: session.provider,
    refusedProviders: session.refused,
    live: { framesDropped, durationSeconds: seconds, greatestLatenessSeconds, interlaced },
  });
  let frameDetector: FrameDetector | undefined;
  let encoder: Awaited<ReturnType<typeof startStreamEncoder>> | undefined;
  let [seconds, framesDropped, greatestLateness] = [0, 0, 0];
  let interlaced = false;
  try {
    const stream = await openStream({
      ...task.input,
      spec: planned.input,
      smallPixelFormat: planned.input.layout === "NHWC" ? "rgb24" : "gbrp",
      signal: either,
    });
    const { width, height, timeBase } = stream.format;
    interlaced = stream.format.interlaced;
    const frameRate = stream.format.frameRate ?? assumedRate;
    const model = { ...task.model, options: { ...task.model.options, inputSize } };
    frameDetector = createFrameDetector(await loadDetector(model, stream.format), session, stream.format);
    const canvas = { width, height, range: "limited" as const };
    const annotator = createAnnotator(canvas, task.style);
    const tracker = task.tracker && createTracker(task.tracker);
    const plan = planEncoding({ ...stream.format, frameRate }, false, 1, task.encoding);
    encoder = await startStreamEncoder(task.output, plan, signal);
    const times = new StreamTimes(frameRate.num / frameRate.den);
    const judge = new BehindJudge(task.maxLatencySeconds);
    let asked = performance.now();
    for await (const { small, whole, pts } of stream.frames({
      smallBytes: frameDetector.format.byteLength,
      wholeBytes: yuv420ByteLength(width, height),
    })) {
      const now = performance.now();
      const ptsSeconds = times.next(pts === undefined ? undefined : (pts * timeBase.num) / timeBase.den);
      if (task.maxSeconds !== undefined && framesRead > 0 && ptsSeconds >= task.maxSeconds) break;
      seconds = ptsSeconds + frameRate.den / frameRate.num;
      const frame = framesRead++;
      const behind = judge.isBehind(ptsSeconds, now / 1000, (now - asked) / 1000);
      if (behind && task.onBehind === "drop") framesDropped++;
      else {
        const due = frame % task.stride === 0;
        const found = { frame, ptsSeconds, detections: due ? await frameDetector.detect(small) : [] };
        const record: FrameDetections = tracker ? tracker.update(found) : found;
        annotator.draw(yuv420Frame(whole, width, height, canvas), record);
        await encoder.write(whole, nanoseconds(ptsSeconds));
        counts.add(record);
        onRecord({ record, framesDropped, latenessSeconds: judge.lateness });
        greatestLateness = Math.max(greatestLateness, judge.lateness);
      }
      onFrames(framesRead);
      asked = performance.now();
    }
    await encoder.finish();
    return summary(seconds, framesDropped, greatestLateness);
  } catch (error) {
    if (closing.signal.aborted && !signal.aborted && (error === closing.signal.reason || !encoder)) {
      await encoder?.finish();
      return summary(seconds, framesDropped, greatestLateness);
    }
    encoder?.kill();
    throw error;
  } finally {
    clearInterval(heartbeat);
    frameDetector?.leave();
    stop.removeEventListener("abort", end);
  }
}
