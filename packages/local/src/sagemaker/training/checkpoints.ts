import { mkdir } from "node:fs/promises";
import type { Cloud } from "../../cloud.js";
import { localPath } from "../../containers/container-path.js";
import { parseS3Uri } from "../../objects/objects.js";
import { createFolderSync, keepPushing } from "../../objects/sync-folder.js";
import { downloadObject, relativePath } from "../../objects/transfer.js";
import type { TrainingRequest } from "./job.js";

/** Between two copies of a job's checkpoints to S3. */
const CHECKPOINT_PERIOD_MS = 2_000;

/** What a former job of the same checkpoint prefix left is there before the program starts. */
export async function fetchCheckpoints(
  cloud: Cloud,
  request: TrainingRequest,
  root: string,
  stop: AbortSignal,
): Promise<void> {
  const config = request.CheckpointConfig;
  if (config === undefined) return;
  const folder = checkpointFolder(root, config);
  await mkdir(folder, { recursive: true });
  const location = parseS3Uri(config.S3Uri.replace(/\/*$/, "/"));
  for (const object of await cloud.objects.list(location)) {
    const relative = relativePath(location.key, object.key);
    if (!object.key.endsWith("/")) await downloadObject(object, folder, relative, stop);
  }
}

/** Copies checkpoints to S3 while the program runs. The returned function copies the last ones. */
export function keepCheckpoints(cloud: Cloud, request: TrainingRequest, root: string): () => Promise<void> {
  const config = request.CheckpointConfig;
  if (config === undefined) return async () => undefined;
  const sync = createFolderSync(cloud.objects, checkpointFolder(root, config), config.S3Uri);
  const over = new AbortController();
  const pushing = keepPushing(sync, CHECKPOINT_PERIOD_MS, over.signal, (error) =>
    cloud.logger.warn(`Checkpoints of ${request.TrainingJobName} were not copied: ${String(error)}`),
  );
  return async () => {
    over.abort();
    await pushing;
    await sync.final();
  };
}

function checkpointFolder(
  root: string,
  { LocalPath: own = "/opt/ml/checkpoints" }: { readonly LocalPath?: string },
): string {
  return localPath(root, own);
}
