import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { videoStem } from "@sightline/contract/video-job";
import { type LongWork, longWork } from "@sightline/foundation/long-work";
import type { JobEvent } from "../jobs/wait-for-job.js";
import { downloadModel } from "../models/download-model.js";
import type { ModelArtifact } from "../models/model.js";
import { parseS3Uri } from "../s3/s3-uri.js";
import { uploadFiles } from "../s3/upload-files.js";
import type { Session } from "../session.js";
import { runInShares, type ShardedJobOptions, type ShardedResult, type SharedWork } from "./run-in-shares.js";

/** A video to mark up on many instances. */
export interface ShardedMarkUpOptions extends ShardedJobOptions {
  /** S3 URI of the video. */
  readonly videoUri: string;
  /** The packed model; see packModel() and uploadModel(). */
  readonly model: ModelArtifact | string;
}

/**
 * Marks up one long video on many instances: one job in which each does its share of the segments, and one that
 * joins them, with the source's sound, and checks the whole. The shares are deleted when that has succeeded.
 *
 * @throws ProcessingJobFailedError with the container's own words
 * @example
 * ```ts
 * const { files } = await markUpOnInstances(session, {
 *   image: await accountImage(session, "sightline:1"),
 *   videoUri: "s3://roads/in/a.mp4", model: "s3://roads/models/model.tar.gz", outputUri: "s3://roads/out/",
 *   instance: { type: "ml.c5.4xlarge", count: 8 },
 * });
 * // ["s3://roads/out/a_detections.jsonl", "s3://roads/out/a_output.mp4"]
 * ```
 */
export function markUpOnInstances(
  session: Session,
  options: ShardedMarkUpOptions,
): LongWork<JobEvent, ShardedResult> {
  return longWork(
    (signal, tell) => runInShares(session, options, markUpWork(session, options), signal, tell),
    options,
  );
}

function markUpWork(session: Session, { videoUri, model }: ShardedMarkUpOptions): SharedWork {
  const stem = videoStem(parseS3Uri(videoUri, "videoUri").key);
  const video = { uri: videoUri };
  return {
    task: "mark-up",
    share: ["mark-up"],
    inputs: { video },
    prepare: async (folderUri, signal) => ({
      model: { uri: await unpack(session, model, `${folderUri}model/`, signal) },
    }),
    join: ["join-video"],
    joinInputs: { video },
    isResult: (file) => file === `${stem}_output.mp4` || file === `${stem}_detections.jsonl`,
  };
}

/** Processing copies an archive as it is, and the container wants the model's files: they are put beside the shares. */
async function unpack(
  session: Session,
  model: ModelArtifact | string,
  folderUri: string,
  signal: AbortSignal,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-model-"));
  try {
    await downloadModel(session, model, join(folder, "model"), { signal });
    return (await uploadFiles(session, join(folder, "model"), folderUri, { signal })).uri;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
