import { join } from "node:path";
import { type Cluster, clusterOf } from "../shared/cluster.js";
import { JobInputError } from "../shared/errors.js";
import { isRecord, readJsonFile } from "../shared/read-json.js";

/** Reads `config/resourceconfig.json`, which every processing job has; without one there is a single host. */
export async function readCluster(root: string): Promise<Cluster> {
  const path = join(root, "config/resourceconfig.json");
  let value: unknown;
  try {
    value = await readJsonFile(path, "resourceconfig.json");
  } catch (error) {
    if (isMissing(error)) return { index: 0, count: 1, hosts: ["algo-1"] };
    throw error;
  }
  return clusterOf(value);
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
