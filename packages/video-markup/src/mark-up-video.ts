import type { LongWork } from "@sightline/foundation/long-work";
import { requireTracks } from "./annotate/style.js";
import { checkVideoOutput } from "./media/check-video-output.js";
import { segmentsSeconds } from "./media/plan-segments.js";
import { allOrNone } from "./pipeline/all-or-none.js";
import { countDetected, detectSegment, planDetection } from "./pipeline/detect-segments.js";
import type { MarkUpOptions } from "./pipeline/job-options.js";
import type { MarkUpProgress, MarkUpResult } from "./pipeline/job-results.js";
import { historyStart, planRendering, renderSegment } from "./pipeline/render-segments.js";
import { fileDigest, type SegmentRecords } from "./pipeline/segment-files.js";
import { shardPaths, writeShard } from "./pipeline/shard-files.js";
import { createSegmentTracker } from "./pipeline/track-segments.js";
import { runVideoJob, type VideoJob } from "./pipeline/video-job.js";
import { sumCounts, writeVideo } from "./pipeline/write-outputs.js";

/**
 * Finds the objects in every frame of a video, draws them, and writes a video with the same frames at the
 * same times, with the source's sound, subtitles, chapters and metadata.
 *
 * Await it for the result, iterate it for progress; leaving the loop early aborts. The output appears when it is
 * complete and verified. Finished segments are kept in a folder beside the output, so that the same call
 * after a kill or a failure goes on where it was.
 *
 * @param output MP4, MOV, Matroska or, for AV1, WebM, by its name's extension
 * @throws {UnreadableVideoError} the input is no video
 * @throws {UnusableModelError} or {DetectorLayoutError} the model is no detector that can be read
 * @throws {OutputBusyError} another job writes the same output
 * @throws {LimitError} a limit on duration, frame size or disk space would be passed
 * @throws {FfmpegError} ffmpeg is missing or failed
 * @throws {ProviderUnavailableError} none of the providers asked for is there
 * @throws {HostError} a segment's host crashed or hung again and again
 * @throws {VideoMarkupError} an output cannot be written where it is to be, told before any work
 * @throws {TypeError} or {RangeError} an option is wrong, or an output would replace an input
 * @example
 * ```ts
 * const job = markUpVideo("road.mp4", "road_output.mp4", { model: "potholes.onnx" });
 * for await (const event of job) {
 *   if (event.kind === "frames") console.error(`${event.framesRendered} of ${event.frames}`);
 * }
 * const { frames, warnings } = await job;
 * console.log(frames, warnings); // 1005 []
 * ```
 */
export function markUpVideo(
  input: string,
  output: string,
  options: MarkUpOptions,
): LongWork<MarkUpProgress, MarkUpResult> {
  const { model, decoderModule, detectionsPath, shard, encoding } = options;
  const plan = {
    input,
    outputs: [
      { what: "output", path: shard ? shardPaths(output, shard).video : output },
      { what: "detections file", path: detectionsPath },
    ],
    reads: [
      { what: "model", path: model },
      { what: "decoder module", path: decoderModule },
    ],
    options,
    passes: 2,
    check: () => checkVideoOutput(output, encoding),
  } as const;
  return runVideoJob(plan, (job) => markUp(job, output, options));
}

async function markUp(
  job: VideoJob,
  output: string,
  options: MarkUpOptions,
): Promise<Omit<MarkUpResult, "seconds">> {
  const { segments, folder } = job;
  const { detectionsPath, sound } = options;
  const detection = await planDetection(job, options);
  const tracking = options.track === true ? {} : options.track || undefined;
  if (tracking && job.shard) {
    throw new TypeError(
      "a shard cannot be tracked: tracks run through the whole video; detect by shards instead",
    );
  }
  const rendering = await planRendering(job, options, [detection.key, tracking]);
  requireTracks(rendering.style, tracking !== undefined);
  const tracker =
    tracking && createSegmentTracker(await folder.stage("track", [detection.key, tracking]), tracking);
  await folder.removeStale();
  job.tellProbed(await countDetected(job, detection));
  // Drawing must wait for what comes from earlier segments; only without that one decoding serves both.
  const inOneGo = rendering.needsEarlier || tracker ? undefined : rendering;
  const ready: Promise<SegmentRecords>[] = [];
  const parts = await allOrNone(segments, job.signal, async (segment, n, either) => {
    const detected = detectSegment(job, detection, segment, either, inOneGo);
    ready[n] = tracker ? tracker.next(segment, detected) : detected;
    const records = await ready[n];
    const earlier = await Promise.all(ready.slice(historyStart(job, rendering, n), n));
    return await renderSegment(job, rendering, segment, records, earlier, either);
  });
  job.tell({ kind: "joining" });
  if (job.shard) {
    // Each machine has a copy of its own: what tells whether the shards have one model is its digest.
    const { path: _path, identity: _identity, ...model } = detection.model;
    const settings = [await fileDigest(options.model), model, detection.stride, rendering.style];
    const warnings = await writeShard(job, parts, output, [...settings, rendering.encoding]);
    const { video: path, records } = shardPaths(output, job.shard);
    const durationSeconds = segmentsSeconds(job);
    return { ...sumCounts(parts), output: path, detectionsPath: records, durationSeconds, warnings };
  }
  const written = await writeVideo(job, parts, { output, detectionsPath, sound });
  return { ...sumCounts(parts), ...written, output, detectionsPath };
}
