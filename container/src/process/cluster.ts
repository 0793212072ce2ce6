import { join } from "node:path";
import { JobInputError } from "../shared/errors.js";
import { isRecord, readJsonFile } from "../shared/read-json.js";

/** Which part of the work is this host's. */
export interface Cluster {
  /** From 0, in the order of the sorted host names: equal on every host. */
  readonly index: number;
  readonly count: number;
}

/** Reads `config/resourceconfig.json`, which every processing job has; without one there is a single host. */
export async function readCluster(root: string): Promise<Cluster> {
  const path = join(root, "config/resourceconfig.json");
  let value: unknown;
  try {
    value = await readJsonFile(path, "resourceconfig.json");
  } catch (error) {
    if (isMissing(error)) return { index: 0, count: 1 };
    throw error;
  }
  const hosts = isRecord(value) && Array.isArray(value.hosts) ? [...value.hosts].sort() : [];
  const index = isRecord(value) ? hosts.indexOf(value.current_host) : -1;
  if (index < 0) {
    throw new JobInputError(
      `resourceconfig.json must hold "current_host" and "hosts" with that name, not ${JSON.stringify(value)}.`,
    );
  }
  return { index, count: hosts.length };
}

/**
 * True when S3 gave each host other files of the input at `folder` (`ShardedByS3Key`) instead of all files.
 *
 * @param containerFolder the folder's path as the job names it, below /opt/ml
 */
export async function isSharded(root: string, containerFolder: string): Promise<boolean> {
  let value: unknown;
  try {
    value = await readJsonFile(join(root, "config/processingjobconfig.json"), "processingjobconfig.json");
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  const inputs = isRecord(value) && Array.isArray(value.ProcessingInputs) ? value.ProcessingInputs : [];
  return inputs.some((input) => {
    const source = isRecord(input) && isRecord(input.S3Input) ? input.S3Input : {};
    return source.LocalPath === containerFolder && source.S3DataDistributionType === "ShardedByS3Key";
  });
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof JobInputError && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT"
  );
}
