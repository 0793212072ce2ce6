import { rm } from "node:fs/promises";
import type { LongWork } from "@sightline/foundation/long-work";
import { VideoMarkupError } from "./errors.js";
import { containerOf } from "./media/container.js";
import type { JobOptions, RenderOptions } from "./pipeline/job-options.js";
import type { MarkUpProgress, RenderResult } from "./pipeline/job-results.js";
import { readShards, shardPaths } from "./pipeline/shard-files.js";
import { runVideoJob } from "./pipeline/video-job.js";
import { sumCounts, writeVideo } from "./pipeline/write-outputs.js";

/** Options of {@link joinShards}. */
export interface JoinShardsOptions
  extends Pick<JobOptions, "signal" | "maxSeconds" | "segmentSeconds">,
    Pick<RenderOptions, "sound"> {
  /** How many shards there are, from 1. */
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
 * @example
 * ```ts
 * const { frames } = await joinShards("road.mp4", "road_output.mp4", { count: 4 });
 * console.log(frames); // 108002
 * ```
 */
export function joinShards(
  input: string,
  output: string,
  options: JoinShardsOptions,
): LongWork<MarkUpProgress, RenderResult> {
  const { count, detectionsPath, keepShards = false, sound } = options;
  const plan = {
    input,
    outputs: [
      { what: "output", path: output },
      { what: "detections file", path: detectionsPath },
    ],
    reads: [],
    options,
    passes: 1,
    check: async () => {
      containerOf(output, undefined);
    },
  } as const;
  return runVideoJob(plan, async (job) => {
    const parts = await readShards(output, count);
    const counts = sumCounts(parts);
    if (counts.frames !== job.progress.frames) {
      throw new VideoMarkupError(
        `the ${count} shards beside ${output} hold ${counts.frames} frames, but ${input} has ${job.progress.frames}; pass the maxSeconds and segmentSeconds that they were made with`,
      );
    }
    job.tell({ kind: "joining" });
    const written = await writeVideo(job, parts, { output, detectionsPath, sound });
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
