import { rm } from "node:fs/promises";
import { VideoMarkupError } from "./errors.js";
import { checkOutputs } from "./files/check-outputs.js";
import type { JobOptions } from "./pipeline/job-options.js";
import type { MarkUpProgress, RenderResult } from "./pipeline/job-results.js";
import { readShards, shardPaths } from "./pipeline/shard-files.js";
import { runVideoJob } from "./pipeline/video-job.js";
import { sumCounts, writeVideo } from "./pipeline/write-outputs.js";

/** Options of {@link joinShards}. */
export interface JoinShardsOptions extends Pick<JobOptions, "signal" | "maxSeconds" | "segmentSeconds"> {
  /** How many shards there are. */
  readonly count: number;
  /** Where to write one JSON line a frame. Default: nowhere. */
  readonly detectionsPath?: string;
  /** Keep the shards' files. Default false: they are removed when the output is in place. */
  readonly keepShards?: boolean;
}

/**
 * Puts together what `markUpVideo` with `shard` has made on one or many machines. The shards' files
 * (`<name>.shard-i-of-n.json`, `.mp4`, `.jsonl`) lie beside the output.
 *
 * @param input the source: its sound, subtitles and metadata are kept
 * @throws {VideoMarkupError} when a shard is missing or does not belong to the others
 */
export async function* joinShards(
  input: string,
  output: string,
  options: JoinShardsOptions,
): AsyncGenerator<MarkUpProgress, RenderResult> {
  const { count, detectionsPath, keepShards = false } = options;
  await checkOutputs(
    [
      { what: "output", path: output },
      { what: "detections file", path: detectionsPath },
    ],
    [{ what: "input", path: input }],
  );
  return yield* runVideoJob(input, output, options, 1, async (job) => {
    const { video, segments, folder, signal, tell } = job;
    const parts = await readShards(output, count);
    const counts = sumCounts(parts);
    if (counts.frames !== job.progress.frames) {
      throw new VideoMarkupError(
        `the ${count} shards beside ${output} hold ${counts.frames} frames, but ${input} has ${job.progress.frames}; pass the maxSeconds and segmentSeconds that they were made with`,
      );
    }
    tell({ kind: "joining" });
    const last = segments.at(-1)!;
    const written = await writeVideo({
      video,
      parts,
      last,
      folder: folder.path,
      output,
      detectionsPath,
      signal,
    });
    if (!keepShards) {
      for (let index = 1; index <= count; index++) {
        const paths = Object.values(shardPaths(output, { index, count }));
        await Promise.all(paths.map((path) => rm(path, { force: true })));
      }
    }
    const { framesWithDetections, detectionCount } = counts;
    return { framesWithDetections, detectionCount, ...written, output };
  });
}
