import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { type AnnotationStyle, requireTracks } from "./annotate/style.js";
import { VideoMarkupError } from "./errors.js";
import { checkOutputs } from "./files/check-outputs.js";
import type { LiveRecord, LiveTask, TaskResult } from "./inference/host-protocol.js";
import { loadDetector } from "./inference/load-detector.js";
import { planModel } from "./inference/plan-model.js";
import { poolOf } from "./inference/pool.js";
import { type LocalSocket, serveReadable, serveWritable } from "./live/local-socket.js";
import type {
  MarkUpStreamOptions,
  MarkUpStreamProgress,
  MarkUpStreamResult,
} from "./mark-up-stream-options.js";
import { checkVideoOutput } from "./media/check-video-output.js";
import { isContainer } from "./media/container.js";
import { checkEncoder } from "./media/encoders.js";
import { recordLine } from "./records/frame-records.js";

/**
 * Marks up a live stream (a camera, an RTSP, RTMP or SRT address, a pipe) in one pass: nothing is read ahead,
 * memory is constant however long it lasts, and a frame that would come too late is left out and counted.
 *
 * Iterate it for the newest frame's detections, await it for the result: it ends when the input does, `stop` is
 * aborted or the loop is left. An MP4 output is fragmented: it can be played while it grows, and up to its last second
 * however it ends. Sound is not taken over.
 *
 * @param input path, URL or device as ffmpeg takes it, or a readable stream of an encoded video
 * @param output path or URL (`rtmp://`, `rtsp://`, `srt://`), or a writable stream, which is not ended
 * @throws {UnreadableVideoError} the input delivers no frame
 * @throws {FfmpegError} the input failed in the middle, or the output cannot be written
 * @throws {HostError} the process that works on it crashed; it is not started again
 * @throws {UnusableModelError} or {DetectorLayoutError} the model is no detector that can be read
 * @throws {ProviderUnavailableError} none of the providers asked for is there
 * @throws {VideoMarkupError} a file cannot be written where it is to be, told before any work
 * @example
 * ```ts
 * const camera = markUpStream("rtsp://camera/stream", "road.mp4", { model: "potholes.onnx", stop });
 * for await (const { record } of camera) console.error(record.ptsSeconds, record.detections.length);
 * const { frames, framesDropped } = await camera;
 * console.log(frames, framesDropped); // 4265 0
 * ```
 */
export function markUpStream(
  input: string | Readable,
  output: string | Writable,
  options: MarkUpStreamOptions,
): LongWork<MarkUpStreamProgress, MarkUpStreamResult> {
  const started = performance.now();
  return longWork<MarkUpStreamProgress, MarkUpStreamResult>(
    async (left, tell) => {
      options.signal?.throwIfAborted();
      // Leaving the loop ends a stream in order; the caller's own signal alone ends it at once.
      const stop = options.stop ? AbortSignal.any([options.stop, left]) : left;
      const made = await markUp(input, output, { ...options, stop }, (event) => void tell(event));
      return { ...made, seconds: (performance.now() - started) / 1000 };
    },
    { progress: ["frame"] },
  );
}

async function markUp(
  input: string | Readable,
  output: string | Writable,
  options: MarkUpStreamOptions,
  say: (event: MarkUpStreamProgress) => void,
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
  const file = typeof output === "string" && isFile(output) ? output : undefined;
  // Others than ours are ffmpeg's to judge: a stream can be what a finished video cannot.
  const known = file !== undefined && options.outputFormat === undefined && isContainer(file);
  await (known ? checkVideoOutput(file, options.encoding) : checkEncoder(options.encoding));
  const style = Array.isArray(annotate) ? { annotate } : (annotate as AnnotationStyle);
  requireTracks(style, track !== undefined && track !== false);
  await checkOutputs(
    [
      { what: "output", path: file, inPlace: true },
      { what: "detections file", path: detectionsPath, inPlace: true },
    ],
    [
      { what: "input", path: typeof input === "string" ? input : undefined },
      { what: "model", path: options.model },
      { what: "decoder module", path: options.decoderModule },
    ],
  );
  const pool = poolOf(options.pool);
  const model = planModel(options, pool.threadsPerHost);
  await loadDetector(model, { width: 1280, height: 720 });
  for (const path of [file, detectionsPath]) {
    if (path !== undefined) await mkdir(dirname(resolve(path)), { recursive: true });
  }
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
      style,
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
      say({ kind: "frame", frames: ++frames, ...live });
    };
    const result: TaskResult = await pool.openJob().run(task, {
      retries: 0,
      onRecord,
      ...(stop && { stop }),
      signal: signal ? AbortSignal.any([signal, linesLost.signal]) : linesLost.signal,
    });
    const { interlaced, ...live } = result.live!;
    await target?.done;
    linesLost.signal.throwIfAborted();
    return {
      output: typeof output === "string" ? output : undefined,
      detectionsPath,
      warnings: interlaced
        ? [
            "the source is interlaced; a live stream's frames are not deinterlaced, which would hold them back",
          ]
        : [],
      frames: result.frames,
      framesWithDetections: result.framesWithDetections,
      detectionCount: result.detectionCount,
      provider: result.provider ?? "cpu",
      refusedProviders: result.refusedProviders ?? [],
      ...live,
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
