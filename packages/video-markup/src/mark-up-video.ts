import { resolve } from "node:path";
import type { ModelPlan } from "./inference/host-protocol.js";
import { loadDetector } from "./inference/load-model.js";
import { type HostPool, sharedPool } from "./inference/pool.js";
import type { MarkUpOptions, MarkUpProgress, MarkUpResult } from "./mark-up-options.js";
import { probeVideo } from "./media/probe.js";
import { EventQueue } from "./pipeline/event-queue.js";
import { checkLimits } from "./pipeline/limits.js";
import { planSegments } from "./pipeline/plan-segments.js";
import { runSegments } from "./pipeline/run-segments.js";
import { openWorkFolder } from "./pipeline/work-folder.js";
import { writeOutputs } from "./pipeline/write-outputs.js";

/**
 * Finds the objects in every frame of a video, draws them, and writes a video with the same frames at the
 * same times, with the source's sound, subtitles, chapters and metadata.
 *
 * Yields progress and returns the result; leaving the loop early aborts. The output appears when it is
 * complete and verified. Finished segments are kept in a folder beside the output, so that the same call
 * after a kill or a failure goes on where it was.
 *
 * @throws {UnreadableVideoError} the input is no video
 * @throws {UnusableModelError} or {DetectorLayoutError} the model is no detector that can be read
 * @throws {OutputBusyError} another job writes the same output
 * @throws {LimitError} a limit on duration, frame size or disk space would be passed
 * @throws {FfmpegError} ffmpeg is missing or failed
 * @throws {ProviderUnavailableError} none of the providers asked for is there
 * @throws {HostError} a segment's host crashed or hung again and again
 */
export async function* markUpVideo(
  input: string,
  output: string,
  options: MarkUpOptions,
): AsyncGenerator<MarkUpProgress, MarkUpResult> {
  const started = performance.now();
  const leave = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, leave.signal]) : leave.signal;
  const events = new EventQueue<MarkUpProgress>((a, b) => a.kind === "frames" && b.kind === "frames");
  const work = run(input, output, options, signal, events).finally(() => events.close());
  // Awaited below; a rejection before that must not count as unhandled.
  work.catch(() => {});
  try {
    yield* events;
    const made = await work;
    return { ...made, seconds: (performance.now() - started) / 1000 };
  } finally {
    leave.abort(new DOMException("the caller left the loop", "AbortError"));
    await work.catch(() => {});
  }
}

async function run(
  input: string,
  output: string,
  options: MarkUpOptions,
  signal: AbortSignal,
  events: EventQueue<MarkUpProgress>,
): Promise<Omit<MarkUpResult, "seconds">> {
  signal.throwIfAborted();
  if (resolve(input) === resolve(output)) {
    throw new TypeError(`the output ${output} is the input; choose another name`);
  }
  const video = await probeVideo(input, signal);
  await checkLimits(video, output, options);
  const pool = options.pool ?? sharedPool();
  const model = modelPlan(options, pool);
  await loadDetector(model, video);
  const segments = planSegments(video, options);
  const folder = await openWorkFolder(output);
  try {
    const done = await runSegments({ video, segments, model, folder, pool, options, signal, events });
    events.push({ kind: "joining" });
    const written = await writeOutputs({ video, segments, done, folder, output, options, signal });
    await folder.remove();
    return { ...written, output, detectionsPath: options.detectionsPath };
  } catch (error) {
    if (signal.aborted && options.onAbort !== "keep") await folder.remove();
    else await folder.release();
    throw error;
  }
}

function modelPlan(options: MarkUpOptions, pool: HostPool): ModelPlan {
  const { layout, confidence, iou, maxDetections, classNames, classes } = options;
  return {
    path: resolve(options.model),
    options: {
      ...(layout !== undefined && { layout }),
      ...(confidence !== undefined && { confidence }),
      ...(iou !== undefined && { iou }),
      ...(maxDetections !== undefined && { maxDetections }),
      ...(classNames !== undefined && { classNames }),
      ...(classes !== undefined && { classes }),
    },
    decoderModule: options.decoderModule === undefined ? undefined : resolve(options.decoderModule),
    providers: options.providers ?? ["cpu"],
    threads: pool.threadsPerHost,
  };
}
