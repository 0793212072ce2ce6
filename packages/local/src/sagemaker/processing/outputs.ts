import { mkdir } from "node:fs/promises";
import type { Cloud } from "../../cloud.js";
import { localPath } from "../../containers/container-path.js";
import { createFolderSync, keepPushing } from "../../objects/sync-folder.js";
import type { ProcessingRequest } from "./job.js";

/** Between two copies of a Continuous output to S3. */
const CONTINUOUS_PERIOD_MS = 2_000;

/** The outputs of one host of a running job. */
export interface HostOutputs {
  /** Ends the continuous copying; those of `EndOfJob` are put to S3 when the job is completed. */
  end(completed: boolean): Promise<void>;
}

/** Makes the output folders of a host, and keeps the Continuous ones in S3 up to date. */
export async function uploadOutputs(
  cloud: Cloud,
  request: ProcessingRequest,
  root: string,
): Promise<HostOutputs> {
  const over = new AbortController();
  const outputs = (request.ProcessingOutputConfig?.Outputs ?? []).flatMap(
    ({ OutputName: name, S3Output: target }) =>
      target === undefined
        ? []
        : [{ target, folder: localPath(root, target.LocalPath ?? `/opt/ml/processing/output/${name}`) }],
  );
  for (const { folder } of outputs) await mkdir(folder, { recursive: true });
  const syncs = outputs.map(({ target, folder }) => {
    const sync = createFolderSync(cloud.objects, folder, target.S3Uri);
    const isContinuous = target.S3UploadMode === "Continuous";
    const warn = (error: unknown) =>
      cloud.logger.warn(
        `Outputs of ${request.ProcessingJobName} were not copied to ${target.S3Uri}: ${String(error)}`,
      );
    const pushing = isContinuous ? keepPushing(sync, CONTINUOUS_PERIOD_MS, over.signal, warn) : undefined;
    return { sync, pushing };
  });
  return {
    async end(completed) {
      over.abort();
      for (const { sync, pushing } of syncs) {
        await pushing;
        if (completed || pushing !== undefined) await sync.final();
      }
    },
  };
}
