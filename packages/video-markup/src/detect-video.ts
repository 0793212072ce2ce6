import { checkOutputs } from "./files/check-outputs.js";
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
 * @throws as `markUpVideo` does
 */
export async function* detectVideo(
  input: string,
  detectionsPath: string,
  options: DetectOptions,
): AsyncGenerator<MarkUpProgress, DetectResult> {
  await checkOutputs(
    [{ what: "output", path: detectionsPath }],
    [
      { what: "input", path: input },
      { what: "model", path: options.model },
      { what: "decoder module", path: options.decoderModule },
    ],
  );
  return yield* runVideoJob(input, detectionsPath, options, 1, async (job) => {
    const { video, segments, signal, tell } = job;
    const detection = await planDetection(job, options);
    await job.folder.removeStale();
    tell({
      kind: "probed",
      frames: job.progress.frames,
      durationSeconds: video.durationSeconds,
      width: video.width,
      height: video.height,
      segments: segments.length,
      resumedSegments: await countDetected(job, detection),
    });
    const parts = await allOrNone(segments, signal, (segment, _, either) =>
      detectSegment(job, detection, segment, either),
    );
    await writeRecords(parts, detectionsPath, signal);
    return { ...sumCounts(parts), detectionsPath, warnings: [] };
  });
}
