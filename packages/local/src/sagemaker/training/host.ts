import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { hostName } from "../jobs/start-host.js";
import type { TrainingRequest } from "./job.js";

/** Most characters of `output/failure` that become the FailureReason. */
const MAX_FAILURE_CHARACTERS = 1024;

/** What of an instance is kept in a warm pool, below its root. Source: "Use warm pools", "Persistent cache". */
export const CACHE_FOLDER = "sagemaker/warmpoolcache";

/** The file tree that one training host sees as `/opt/ml`. */
export async function prepareHost(
  request: TrainingRequest,
  root: string,
  host: number,
  hosts: number,
): Promise<void> {
  for (const folder of ["input/config", "input/data", "model", "output/data", "checkpoints", CACHE_FOLDER]) {
    await mkdir(path.join(root, folder), { recursive: true });
  }
  const config = (name: string, value: unknown) =>
    writeFile(path.join(root, "input", "config", name), JSON.stringify(value, undefined, 2));
  await config("hyperparameters.json", request.HyperParameters ?? {});
  const channels = (request.InputDataConfig ?? []).map((channel) => [
    channel.ChannelName,
    {
      ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
      TrainingInputMode: channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode ?? "File",
      S3DistributionType: channel.DataSource.S3DataSource?.S3DataDistributionType ?? "FullyReplicated",
      RecordWrapperType: channel.RecordWrapperType ?? "None",
    },
  ]);
  await config("inputdataconfig.json", Object.fromEntries(channels));
  const names = Array.from({ length: hosts }, (_, index) => hostName(index));
  await config("resourceconfig.json", {
    current_host: hostName(host),
    current_instance_type: request.ResourceConfig?.InstanceType,
    current_group_name: "homogeneousCluster",
    hosts: names,
    instance_groups: [
      {
        instance_group_name: "homogeneousCluster",
        instance_type: request.ResourceConfig?.InstanceType,
        hosts: names,
      },
    ],
    network_interface_name: "lo",
  });
}

/** What a failed program wrote into `output/failure`, if anything. */
export async function readFailure(root: string): Promise<string | undefined> {
  try {
    const text = await readFile(path.join(root, "output", "failure"), "utf8");
    return text.trim() === "" ? undefined : text.slice(0, MAX_FAILURE_CHARACTERS);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
