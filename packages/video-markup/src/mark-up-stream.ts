import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { AnnotationStyle } from "./annotate/style.js";
import { VideoMarkupError } from "./errors.js";
import { checkOutputs } from "./files/check-outputs.js";
import type { LiveRecord, LiveTask, TaskResult } from "./inference/host-protocol.js";
import { loadDetector } from "./inference/load-detector.js";
import { planModel } from "./inference/plan-model.js";
import { sharedPool } from "./inference/pool.js";
import { type LocalSocket, serveReadable, serveWritable } from "./live/local-socket.js";
import type {
  MarkUpStreamOptions,
  MarkUpStreamProgress,
  MarkUpStreamResult,
} from "./mark-up-stream-options.js";
import { EventQueue } from "./pipeline/event-queue.js";
import { recordLine } from "./records/frame-records.js";

/**
 * Marks up a live stream (a camera, an RTSP, RTMP or SRT address, a pipe) in one pass: nothing is read ahead,
 * memory is constant however long it lasts, and a frame that would come too late is left out and counted.
 *
 * Yields the newest frame's detections and returns the result when the input ends, `stop` is aborted or the
 * loop is left. An MP4 output is fragmented: it can be played while it grows, and up to its last second
 * however it ends. Sound is not taken over.
 *
 * @param input path, URL or device as ffmpeg takes it, or a readable stream of an encoded video
 * @param output path or URL (`rtmp://`, `rtsp://`, `srt://`), or a writable stream, which is not ended
 * @throws {UnreadableVideoError} the input delivers no frame
 * @throws {FfmpegError} the input failed in the middle, or the output cannot be written
 * @throws {HostError} the process that works on it crashed; it is not started again
 * @throws {UnusableModelError} or {DetectorLayoutError} the model is no detector that can be read
 * @throws {ProviderUnavailableError} none of the providers asked for is there
 * @example
 * const camera = markUpStream("rtsp://camera/stream", "road.mp4", { model: "potholes.onnx", stop });
 * for await (const { record } of camera) console.error(record.ptsSeconds, record.detections.length);
 */
export async function* markUpStream(
  input: string | Readable,
  output: string | Writable,
  options: MarkUpStreamOptions,
): AsyncGenerator<MarkUpStreamProgress, MarkUpStreamResult> {
  options.signal?.throwIfAborted();
  const started = performance.now();
  const events = new EventQueue<MarkUpStreamProgress>(() => true);
  const leave = new AbortController();
  const stop = options.stop ? AbortSignal.any([options.stop, leave.signal]) : leave.signal;
  const work = markUp(input, output, { ...options, stop }, events).finally(() => events.close());
  // Awaited below; a rejection before that must not count as unhandled.
  work.catch(() => {});
  try {
    yield* events;
    return { ...(await work), seconds: (performance.now() - started) / 1000 };
  } finally {
    leave.abort();
    await work.catch(() => {});
  }
}

async function markUp(
  input: string | Readable,
  output: string | Writable,
  options: MarkUpStreamOptions,
  events: EventQueue<MarkUpStreamProgress>,
): Promise<Omit<MarkUpStreamResult, "seconds">> {
  const { annotate = {}, track, detectionsPath, signal, stop, stride = 1, maxLatencySeconds = 0.5 } = options;
  if (!Number.isInteger(stride) || stride < 1) {
    throw new RangeError(`stride is ${stride}; it must be a whole number from 1`);
  }
  if (!(maxLatencySeconds > 0)) {
    throw new RangeError(`maxLatencySeconds is ${maxLatencySeconds}; it must be more than 0 seconds`);
  }
  if (options.maxSeconds !== undefined && !(options.maxSeconds >= 0)) {
    throw new RangeError(`maxSeconds is ${options.maxSeconds}; it must be 0 seconds or more`);
  }
  await checkOutputs(
    [
      { what: "output", path: typeof output === "string" && isFile(output) ? output : undefined },
      { what: "detections file", path: detectionsPath },
    ],
    [
      { what: "input", path: typeof input === "string" ? input : undefined },
      { what: "model", path: options.model },
      { what: "decoder module", path: options.decoderModule },
    ],
  );
  const pool = options.pool ?? sharedPool();
  const model = planModel(options, pool.threadsPerHost);
  await loadDetector(model, { width: 1280, height: 720 });
  if (typeof output === "string" && isFile(output))
    await mkdir(dirname(resolve(output)), { recursive: true });
  const lines = detectionsPath === undefined ? undefined : createWriteStream(detectionsPath);
  // A stream may last for days: one whose records are lost ends at once.
  const linesLost = new AbortController();
  lines?.on("error", (cause) => {
    const message = `the detections file ${detectionsPath} cannot be written: ${cause.message}`;
    linesLost.abort(new VideoMarkupError(message, { cause }));
  });
  const sockets: LocalSocket[] = [];
  const open = async (socket: Promise<LocalSocket>) => {
    sockets.push(await socket);
    return sockets.at(-1)!;
  };
  try {
    const source = typeof input === "string" ? undefined : await open(serveReadable(input));
    const target = typeof output === "string" ? undefined : await open(serveWritable(output));
    const task: LiveTask = {
      kind: "live",
      model,
      input: { url: source?.url ?? local(input as string), options: inputOptions(input, options) },
      output: {
        url: target?.url ?? local(output as string),
        format: options.outputFormat ?? (target && "mp4"),
      },
      style: Array.isArray(annotate) ? { annotate } : (annotate as AnnotationStyle),
      encoding: options.encoding ?? {},
      tracker: track === true ? { kind: "bytetrack" } : track || undefined,
      stride,
      onBehind: options.onBehind ?? "drop",
      maxLatencySeconds,
      maxSeconds: options.maxSeconds,
    };
    let frames = 0;
    const onRecord = (live: LiveRecord) => {
      lines?.write(recordLine(live.record));
      events.push({ kind: "frame", frames: ++frames, ...live });
    };
    const result: TaskResult = await pool.openJob().run(task, {
      retries: 0,
      onRecord,
      ...(stop && { stop }),
      signal: signal ? AbortSignal.any([signal, linesLost.signal]) : linesLost.signal,
    });
    await target?.done;
    linesLost.signal.throwIfAborted();
    return {
      output: typeof output === "string" ? output : undefined,
      detectionsPath,
      warnings: [],
      frames: result.frames,
      framesWithDetections: result.framesWithDetections,
      detectionCount: result.detectionCount,
      provider: result.provider ?? "cpu",
      refusedProviders: result.refusedProviders ?? [],
      ...result.live!,
    };
  } finally {
    for (const socket of sockets) await socket.close();
    if (lines && !linesLost.signal.aborted) {
      lines.end();
      await finished(lines);
    }
  }
}

/** ffmpeg does not know a camera of Linux by its path. */
function inputOptions(
  input: string | Readable,
  { inputOptions = [] }: MarkUpStreamOptions,
): readonly string[] {
  const camera = typeof input === "string" && input.startsWith("/dev/video");
  return camera && !inputOptions.includes("-f") ? ["-f", "v4l2", ...inputOptions] : inputOptions;
}

function isFile(output: string): boolean {
  return !/^[a-z][a-z0-9+.-]+:/i.test(output);
}

/** The host may work in another folder than the caller's: paths are made whole, URLs stay. */
function local(path: string): string {
  return isFile(path) ? resolve(path) : path;
}
