import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { describeModel } from "@sightline/onnx";
import type { Detection } from "../detection.js";
import type { CustomDecoder, Detector, DetectorTensors } from "../detectors/detector.js";
import { type FrameGeometry, frameGeometry } from "../detectors/geometry.js";
import { type InputSpec, inputDims } from "../detectors/input-spec.js";
import { allocateInput, packFrame } from "../detectors/pack-frame.js";
import { planDetector } from "../detectors/plan-detector.js";
import { FfmpegError, UnusableModelError } from "../errors.js";
import { decodeFrames, type FrameFormat } from "../media/decode-frames.js";
import { recordLine } from "../records/frame-records.js";
import { startWholeFile } from "../records/whole-file.js";
import type { DetectTask, ModelPlan, TaskResult } from "./host-protocol.js";
import { type ModelSession, openSession } from "./session.js";

/** What a running task tells and asks. */
export interface TaskContext {
  readonly signal: AbortSignal;
  /** Told after frames are done. */
  readonly onFrames: (frames: number) => void;
}

let loaded: { key: string; session: ModelSession } | undefined;

/** Runs a model over one segment. */
export async function runDetectTask(task: DetectTask, context: TaskContext): Promise<TaskResult> {
  const detector = await loadDetector(task.model, task.video);
  const session = await sessionFor(task.model);
  const counts = await detectSegment(task, detector, session, context, false);
  // Fewer or more frames than the packet list has: a container whose seeking lies. Without seeking the
  // count is the decoder's own, and stands.
  const exact =
    counts.frames === task.segment.frames || task.segment.startPts === undefined
      ? counts
      : await detectSegment(task, detector, session, context, true);
  return { ...exact, provider: session.provider, refusedProviders: session.refused };
}

/** Frees the loaded model. */
export async function releaseModel(): Promise<void> {
  const previous = loaded;
  loaded = undefined;
  await previous?.session.release();
}

async function sessionFor(model: ModelPlan): Promise<ModelSession> {
  const key = JSON.stringify([model.path, model.providers, model.threads, model.deviceId]);
  if (loaded?.key === key) return loaded.session;
  await releaseModel();
  const session = await openSession(model.path, model);
  loaded = { key, session };
  return session;
}

/** Plans the detector from the model file, with the custom decoder when one is named. */
export async function loadDetector(
  model: Pick<ModelPlan, "path" | "options" | "decoderModule">,
  source: { readonly width: number; readonly height: number },
): Promise<Detector> {
  const bytes = await readFile(model.path).catch((cause: unknown) => {
    throw new UnusableModelError(model.path, `the model ${model.path} cannot be read`, { cause });
  });
  const description = (() => {
    try {
      return describeModel(bytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnusableModelError(model.path, `${model.path} is no ONNX model: ${reason}`, { cause });
    }
  })();
  const decoder = model.decoderModule === undefined ? undefined : await importDecoder(model.decoderModule);
  return planDetector(description, {
    ...model.options,
    source: { width: source.width, height: source.height },
    ...(decoder && { decoder }),
  });
}

async function importDecoder(module: string): Promise<CustomDecoder> {
  const url = module.startsWith("file:") ? module : pathToFileURL(module).href;
  const loadedModule = (await import(url)) as { default?: unknown; decode?: unknown };
  const decode = loadedModule.default ?? loadedModule.decode;
  if (typeof decode !== "function") {
    throw new TypeError(`${module} must export a decoder function as default or as "decode"`);
  }
  return decode as CustomDecoder;
}

async function detectSegment(
  task: DetectTask,
  detector: Detector,
  session: ModelSession,
  { signal, onFrames }: TaskContext,
  withoutSeeking: boolean,
): Promise<{ frames: number; framesWithDetections: number; detectionCount: number }> {
  const { video, segment, stride } = task;
  const spec = detector.input;
  const geometry = frameGeometry({ width: video.width, height: video.height }, spec);
  const picture = new PaddedPicture(spec, geometry);
  const target = allocateInput(spec);
  const feeds = { [spec.name]: { type: spec.dtype, dims: inputDims(spec, 1), data: target } };
  const extra = detector.extraInputs?.([geometry]) ?? {};
  const file = await startWholeFile(task.recordsPath);
  let frames = 0;
  let framesWithDetections = 0;
  let detectionCount = 0;
  try {
    for await (const decoded of decodeFrames(
      { ...segment, input: video.input, timeBase: video.timeBase },
      picture.format,
      { withTimes: true, withoutSeeking, signal },
    )) {
      const frame = segment.firstFrame + frames;
      let detections: readonly Detection[] = [];
      if (frame % stride === 0) {
        packFrame(picture.pad(decoded.data), spec, target);
        const outputs = await session.run({ ...feeds, ...extra }, detector.outputNames);
        detections = detector.decode(outputs, geometry);
        dispose(outputs);
      }
      const ticks = decoded.pts! - video.originPts;
      await file.write(
        recordLine({ frame, ptsSeconds: (ticks * video.timeBase.num) / video.timeBase.den, detections }),
      );
      frames++;
      detectionCount += detections.length;
      if (detections.length > 0) framesWithDetections++;
      onFrames(frames);
      signal.throwIfAborted();
    }
    if (frames === 0) {
      throw new FfmpegError(`no frame of segment ${segment.index} of ${video.input} could be decoded`);
    }
    await file.commit();
  } finally {
    await file.discard();
  }
  return { frames, framesWithDetections, detectionCount };
}

/** Outputs hold native memory until the garbage collector comes round; it is given back at once. */
function dispose(outputs: DetectorTensors): void {
  for (const tensor of Object.values(outputs)) (tensor as { dispose?: () => void }).dispose?.();
}

/**
 * The model's input picture. ffmpeg delivers the scaled content alone; the padding around it is laid
 * once, which saves carrying it through the pipe with every frame.
 */
class PaddedPicture {
  readonly format: FrameFormat;
  readonly #pixels: Uint8Array;
  readonly #geometry: FrameGeometry;

  constructor(spec: InputSpec, geometry: FrameGeometry) {
    const { width, height } = geometry.content;
    this.#geometry = geometry;
    this.#pixels = new Uint8Array(spec.width * spec.height * 3).fill(spec.padValue);
    this.format = {
      pixelFormat: "rgb24",
      width,
      height,
      filters: [`scale=${width}:${height}:flags=bilinear`],
      byteLength: width * height * 3,
    };
  }

  pad(content: Uint8Array): Uint8Array {
    const { left, top, input, content: size } = this.#geometry;
    if (content.length === this.#pixels.length) return content;
    const row = size.width * 3;
    for (let y = 0; y < size.height; y++) {
      this.#pixels.set(content.subarray(y * row, (y + 1) * row), ((y + top) * input.width + left) * 3);
    }
    return this.#pixels;
  }
}
