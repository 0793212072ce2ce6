import { rename } from "node:fs/promises";
import { createAnnotator } from "../annotate/annotator.js";
import { yuv420Frame } from "../annotate/yuv-frame.js";
import { FfmpegError } from "../errors.js";
import { decodePictures } from "../media/decode-pictures.js";
import { type PictureEncoder, startPictureEncoder } from "../media/encode-pictures.js";
import { FrameCounts } from "./frame-counts.js";
import { createFrameDetector } from "./frame-detector.js";
import type { PictureOutcome, PicturesTask, TaskResult } from "./host-protocol.js";
import { loadDetector } from "./load-detector.js";
import { sessionFor } from "./loaded-model.js";
import { drawingFormat } from "./render-task.js";
import type { TaskContext } from "./task-context.js";

/** JPEG's own: samples from 0 to 255, BT.601 (the JFIF specification). Other pictures are brought to it. */
const color = { range: "full", matrix: "bt601" } as const;

/** Finds, draws and encodes still pictures of one size: one ffmpeg decodes all of them, one encodes them. */
export async function runPicturesTask(task: PicturesTask, context: TaskContext): Promise<TaskResult> {
  const { width, height, pictures, source, target } = task;
  const { signal, onFrames } = context;
  const detector = await loadDetector(task.model, task);
  const session = await sessionFor(task.model);
  const frameDetector = createFrameDetector(detector, session, task);
  const outcomes = new Map<number, PictureOutcome>();
  const written: string[] = [];
  const counts = new FrameCounts();
  // Beside its final name, which tells no two tasks to use the same one.
  const stem = `${pictures[0]!.output}.part`;
  let encoder: PictureEncoder | undefined;
  try {
    const decoded = decodePictures(
      { paths: pictures.map(({ input }) => input), source, width, height },
      [frameDetector.format, drawingFormat({ width, height, fullRange: true })],
      signal,
    );
    for await (const { index, formats } of decoded) {
      const detections = await frameDetector.detect(formats[0]);
      // Nothing of one picture may show on another: each has an annotator of its own.
      const annotator = createAnnotator({ width, height, ...color }, task.style);
      const record = { frame: 0, ptsSeconds: 0, detections };
      annotator.draw(yuv420Frame(formats[1], width, height, color), record);
      encoder ??= await startPictureEncoder(`${stem.replaceAll("%", "%%")}-%d`, target, task, signal);
      await encoder.write(formats[1]);
      written.push(pictures[index]!.output);
      outcomes.set(index, { detections });
      counts.add(record);
      onFrames(counts.frames);
      signal.throwIfAborted();
    }
    await encoder?.finish();
  } catch (error) {
    encoder?.kill();
    if (source !== "file" || !(error instanceof FfmpegError) || encoder) throw error;
    outcomes.set(0, { unreadable: error.message });
  } finally {
    frameDetector.leave();
  }
  for (const [n, path] of written.entries()) await rename(`${stem}-${n}`, path);
  return {
    ...counts.totals(),
    provider: session.provider,
    refusedProviders: session.refused,
    pictures: pictures.map((_, n) => outcomes.get(n) ?? { unreadable: "it could not be decoded" }),
  };
}
