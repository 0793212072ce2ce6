import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { checkInteger } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import type { JobEvent } from "../jobs/wait-for-job.js";
import type { Session } from "../session.js";
import { runInShares, type ShardedJobOptions, type ShardedResult, type SharedWork } from "./run-in-shares.js";

/** Pictures to pack on many instances. */
export interface ShardedPackingOptions extends ShardedJobOptions {
  /** S3 folder of the pictures. */
  readonly imagesUri: string;
  /** S3 folder with one .lst. Default: none; then each class is a folder of `imagesUri`. */
  readonly listUri?: string;
  /** Name of the RecordIO file. Default `train`. */
  readonly name?: string;
  /** Shorter side in pixels. Default: as they are. */
  readonly resize?: number;
  /** JPEG quality, 1 to 100. Default 95. */
  readonly quality?: number;
  /** What becomes of a picture that cannot be read. Default `fail`. */
  readonly onError?: "fail" | "skip" | "placeholder";
}

/**
 * Packs pictures into one RecordIO file on many instances: one job in which each packs its share, and one that
 * joins the shares and checks the whole. The shares are deleted when that has succeeded.
 *
 * @throws ProcessingJobFailedError with the container's own words
 * @example
 * const { files } = await packOnInstances(session, {
 *   image: await accountImage(session, "sightline:1"),
 *   imagesUri: "s3://drivers/images/", outputUri: "s3://drivers/channels/train/",
 *   instance: { type: "ml.c5.4xlarge", count: 8 }, resize: 210,
 * });
 */
export function packOnInstances(
  session: Session,
  options: ShardedPackingOptions,
): LongWork<JobEvent, ShardedResult> {
  return longWork(
    (signal, tell) => runInShares(session, options, packingWork(options), signal, tell),
    options,
  );
}

function packingWork(options: ShardedPackingOptions): SharedWork {
  const { name = "train", resize, quality, onError } = options;
  if (!/^[\w.-]{1,100}$/.test(name)) {
    throw new InvalidInputError(
      "name",
      "1 to 100 letters, digits, dots, hyphens and underscores",
      name,
      "Rename it.",
    );
  }
  checkInteger("resize", resize, 1, 65_500);
  checkInteger("quality", quality, 1, 100);
  const args = ["pack", "--name", name];
  if (resize !== undefined) args.push("--resize", String(resize));
  if (quality !== undefined) args.push("--quality", String(quality));
  if (onError !== undefined) args.push("--on-error", onError);
  return {
    task: "pack",
    share: args,
    inputs: {
      images: { uri: options.imagesUri },
      ...(options.listUri === undefined ? {} : { list: { uri: options.listUri } }),
    },
    join: ["join-records", "--name", name],
    joinInputs: {},
    isResult: (file) => file.startsWith(`${name}.`),
  };
}
