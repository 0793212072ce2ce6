import type { LongWork } from "@sightline/foundation/long-work";
import { allOrNone } from "./pipeline/all-or-none.js";
import { countDetected, detectSegment, planDetection } from "./pipeline/detect-segments.js";
import type { DetectOptions } from "./pipeline/job-options.js";
import type { DetectResult, MarkUpProgress } from "./pipeline/job-results.js";
import { runVideoJob } from "./pipeline/video-job.js";
import { sumCounts, writeRecords } from "./pipeline/write-outputs.js";

/**
 * Finds the objects in every frame of a video and writes one JSON line a frame; no picture is drawn.
 * `renderVideo` draws them later, as often and in as many styles as wanted.
 *
 * @param detectionsPath JSON lines: `{"frame":0,"ptsSeconds":0,"detections":[...]}`, boxes in source pixels
 * @throws as `markUpVideo` does
 * @example
 * ```ts
 * const { frames, detectionCount } = await detectVideo("road.mp4", "road.jsonl", { model: "potholes.onnx" });
 * console.log(`${detectionCount} in ${frames} frames`); // 1873 in 1005 frames
 * ```
 */
export function detectVideo(
  input: string,
  detectionsPath: string,
  options: DetectOptions,
): LongWork<MarkUpProgress, DetectResult> {
  const plan = {
    input,
    outputs: [{ what: "output", path: detectionsPath }],
    reads: [
      { what: "model", path: options.model },
      { what: "decoder module", path: options.decoderModule },
    ],
    options,
    passes: 1,
  } as const;
  return runVideoJob(plan, async (job) => {
    const detection = await planDetection(job, options);
    await job.folder.removeStale();
    job.tellProbed(await countDetected(job, detection));
    const parts = await allOrNone(job.segments, job.signal, (segment, _, either) =>
      detectSegment(job, detection, segment, either),
    );
    const warnings = await writeRecords(job, parts, detectionsPath);
    return { ...sumCounts(parts), detectionsPath, warnings };
  });
}
