import type { LongWork } from "@sightline/foundation/long-work";
import { checkVideoOutput } from "./media/check-video-output.js";
import { allOrNone } from "./pipeline/all-or-none.js";
import type { RenderOptions } from "./pipeline/job-options.js";
import type { MarkUpProgress, RenderResult } from "./pipeline/job-results.js";
import { historyStart, planRendering, renderSegment } from "./pipeline/render-segments.js";
import { fileIdentity } from "./pipeline/segment-files.js";
import { splitRecords } from "./pipeline/split-records.js";
import { runVideoJob } from "./pipeline/video-job.js";
import { sumCounts, writeVideo } from "./pipeline/write-outputs.js";

/**
 * Draws stored detections into a video: no model is needed, so that a video can be restyled, or drawn from
 * records that a tracker or anything else has worked on.
 *
 * @param detectionsPath JSON lines as `detectVideo` writes them, a line for each frame
 * @throws as `markUpVideo` does; {VideoMarkupError} when the records do not belong to the video
 * @example
 * ```ts
 * const { output } = await renderVideo("road.mp4", "road.jsonl", "private.mp4", { annotate: ["blur"] });
 * console.log(output); // private.mp4
 * ```
 */
export function renderVideo(
  input: string,
  detectionsPath: string,
  output: string,
  options: Omit<RenderOptions, "shard"> = {},
): LongWork<MarkUpProgress, RenderResult> {
  const plan = {
    input,
    outputs: [{ what: "output", path: output }],
    reads: [{ what: "detections file", path: detectionsPath }],
    options,
    passes: 1,
    check: () => checkVideoOutput(output, options.encoding),
  } as const;
  return runVideoJob(plan, async (job) => {
    const key = [await fileIdentity(input), await fileIdentity(detectionsPath), job.planKey];
    const rendering = await planRendering(job, options, key);
    const recordsFolder = await job.folder.stage("records", key);
    await job.folder.removeStale();
    job.tellProbed(0);
    const records = await splitRecords(job, detectionsPath, recordsFolder);
    const parts = await allOrNone(job.segments, job.signal, (segment, n, either) => {
      const earlier = records.slice(historyStart(job, rendering, n), n);
      return renderSegment(job, rendering, segment, records[n]!, earlier, either);
    });
    job.tell({ kind: "joining" });
    const written = await writeVideo(job, parts, {
      output,
      detectionsPath: undefined,
      sound: options.sound,
    });
    const { framesWithDetections, detectionCount } = sumCounts(parts);
    return { framesWithDetections, detectionCount, ...written, output };
  });
}
