import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { VideoMarkupError } from "../errors.js";
import { writeWhole } from "../files/whole-file.js";
import { sumFaults } from "../inference/frame-counts.js";
import type { TaskResult } from "../inference/host-protocol.js";
import { concatenateFragments } from "../media/concatenate-fragments.js";
import type { Shard } from "./job-options.js";
import type { FinishedSegment } from "./segment-files.js";
import type { VideoJob } from "./video-job.js";
import { sumCounts, writeRecords } from "./write-outputs.js";

/** What a shard's job writes beside its files: `<name>.shard-2-of-4.json`. */
export interface ShardManifest extends TaskResult {
  readonly schemaVersion: 1;
  readonly shard: Shard;
  /** Equal for shards that belong together: same video, same cuts, same settings. */
  readonly plan: string;
}

/** Paths of a shard's three files: manifest, fragments, records. */
export function shardPaths(output: string, { index, count }: Shard) {
  const stem = join(dirname(output), basename(output, extname(output)));
  const base = `${stem}.shard-${index}-of-${count}`;
  return { manifest: `${base}.json`, video: `${base}.mp4`, records: `${base}.jsonl` };
}

/**
 * Writes a shard's fragments and records, then its manifest. An empty shard has a manifest only.
 *
 * @returns what of the source is missing, damaged or changed, in words
 */
export async function writeShard(
  job: VideoJob,
  parts: readonly FinishedSegment[],
  output: string,
  settings: unknown,
): Promise<readonly string[]> {
  const paths = shardPaths(output, job.shard!);
  let warnings: readonly string[] = [];
  if (parts.length > 0) {
    warnings = await writeRecords(job, parts, paths.records);
    const temporary = join(job.folder.path, "shard.mp4");
    const target = createWriteStream(temporary);
    await concatenateFragments(
      parts.map(({ videoPath }) => videoPath),
      target,
    );
    await new Promise<void>((resolve, reject) => {
      target.once("error", reject);
      target.end(() => resolve());
    });
    await rename(temporary, paths.video);
  } else {
    await Promise.all([rm(paths.video, { force: true }), rm(paths.records, { force: true })]);
  }
  const plan = createHash("sha256")
    .update(JSON.stringify([job.planKey, settings]))
    .digest("hex");
  const faults = sumFaults(parts);
  const manifest: ShardManifest = {
    schemaVersion: 1,
    shard: job.shard!,
    plan,
    ...sumCounts(parts),
    ...(faults && { faults }),
  };
  await writeWhole([`${JSON.stringify(manifest, undefined, 2)}\n`], paths.manifest);
  return warnings;
}

/**
 * Reads the manifests of all shards of an output.
 *
 * @throws {VideoMarkupError} when one is missing or belongs to another video, plan or settings
 */
export async function readShards(output: string, count: number): Promise<FinishedSegment[]> {
  const parts: FinishedSegment[] = [];
  let plan: string | undefined;
  for (let index = 1; index <= count; index++) {
    const paths = shardPaths(output, { index, count });
    const text = await readFile(paths.manifest, "utf8").catch((cause: unknown) => {
      throw new VideoMarkupError(
        `shard ${index}/${count} is not finished: ${paths.manifest} cannot be read`,
        { cause },
      );
    });
    const manifest = JSON.parse(text) as ShardManifest;
    plan ??= manifest.plan;
    if (manifest.schemaVersion !== 1 || manifest.plan !== plan) {
      throw new VideoMarkupError(
        `${paths.manifest} does not belong to the shards before it: made from another video, with other settings, or by another version`,
      );
    }
    if (manifest.frames > 0) parts.push({ ...manifest, recordsPath: paths.records, videoPath: paths.video });
  }
  return parts;
}
