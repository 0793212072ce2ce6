import { checkOutputs } from "./files/check-outputs.js";
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
 */
export async function* renderVideo(
  input: string,
  detectionsPath: string,
  output: string,
  options: Omit<RenderOptions, "shard"> = {},
): AsyncGenerator<MarkUpProgress, RenderResult> {
  await checkOutputs(
    [{ what: "output", path: output }],
    [
      { what: "input", path: input },
      { what: "detections file", path: detectionsPath },
    ],
  );
  return yield* runVideoJob(input, output, options, 1, async (job) => {
    const { video, segments, folder, signal, tell } = job;
    const key = [await fileIdentity(input), await fileIdentity(detectionsPath), job.planKey];
    const rendering = await planRendering(job, options, key);
    const recordsFolder = await folder.stage("records", key);
    await folder.removeStale();
    tell({
      kind: "probed",
      frames: job.progress.frames,
      durationSeconds: video.durationSeconds,
      width: video.width,
      height: video.height,
      segments: segments.length,
      resumedSegments: 0,
    });
    const records = await splitRecords(job, detectionsPath, recordsFolder);
    const parts = await allOrNone(segments, signal, (segment, n, either) =>
      renderSegment(
        job,
        rendering,
        segment,
        records[n]!,
        records.slice(historyStart(job, rendering, n), n),
        either,
      ),
    );
    tell({ kind: "joining" });
    const last = segments.at(-1)!;
    const written = await writeVideo({
      video,
      parts,
      last,
      folder: folder.path,
      output,
      detectionsPath: undefined,
      signal,
    });
    const { framesWithDetections, detectionCount } = sumCounts(parts);
    return { framesWithDetections, detectionCount, ...written, output };
  });
}
