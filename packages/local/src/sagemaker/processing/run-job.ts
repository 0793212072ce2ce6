import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import { localPath } from "../../containers/container-path.js";
import { removeTree } from "../../process/remove-tree.js";
import type { JobChange } from "../jobs/job-service.js";
import { downloadInput, requireSource } from "../jobs/s3-input.js";
import { hostName, startHost } from "../jobs/start-host.js";
import { superviseHosts } from "../jobs/supervise-hosts.js";
import {
  DEFAULT_MAX_RUNTIME_SECONDS,
  PROCESSING_LOG_GROUP,
  type ProcessingJob,
  type ProcessingRequest,
  processingCommand,
} from "./job.js";
import { uploadOutputs } from "./outputs.js";

/** Most characters of `output/message` that become the ExitMessage. */
const MAX_MESSAGE_CHARACTERS = 1024;

/** Runs one processing job: file tree, inputs, one process a host, and the outputs to S3. */
export async function runProcessingJob(
  cloud: Cloud,
  job: ProcessingJob,
  stop: AbortSignal,
  change: JobChange<ProcessingJob>,
): Promise<Partial<ProcessingJob>> {
  const { request } = job;
  const folder = path.join(cloud.workDir, "processing", job.name);
  const { InstanceCount: count = 1 } = request.ProcessingResources.ClusterConfig;
  const roots = Array.from({ length: count }, (_, index) => path.join(folder, hostName(index)));
  try {
    for (const [index, root] of roots.entries())
      await prepareHost(cloud, request, root, { index, count }, stop);
    change(() => ({ startedMs: Date.now() }));
    const outputs = await Promise.all(roots.map((root) => uploadOutputs(cloud, request, root)));
    const programs = await Promise.all(
      roots.map((root, host) =>
        startHost(cloud, {
          job,
          host,
          root,
          logGroup: PROCESSING_LOG_GROUP,
          command: processingCommand(request),
          env: { ...request.Environment },
        }),
      ),
    );
    const limit = request.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
    const { failed, timedOut } = await superviseHosts(cloud, programs, stop, limit);
    const message = await readMessage(roots);
    const completed = failed === undefined && !timedOut && !stop.aborted;
    for (const { end } of outputs) await end(completed);
    if (timedOut) {
      return { status: "Stopped", ...message, failureReason: `The job ran longer than its ${limit} s.` };
    }
    if (stop.aborted) return { status: "Stopped", ...message };
    if (failed === undefined) return { status: "Completed", ...message };
    const { exit } = failed;
    const code = exit.code === null ? `signal ${exit.signal}` : `exit code: ${exit.code}`;
    const failureReason = `AlgorithmError: ${message.exitMessage ?? ""}, ${code}`;
    return { status: "Failed", ...message, failureReason };
  } finally {
    await removeTree(folder, cloud.logger);
  }
}

async function prepareHost(
  cloud: Cloud,
  request: ProcessingRequest,
  root: string,
  host: { readonly index: number; readonly count: number },
  stop: AbortSignal,
): Promise<void> {
  await mkdir(path.join(root, "config"), { recursive: true });
  await mkdir(path.join(root, "output"), { recursive: true });
  const write = (name: string, value: unknown) =>
    writeFile(path.join(root, "config", name), JSON.stringify(value, undefined, 2));
  await write("processingjobconfig.json", request);
  await write("resourceconfig.json", {
    current_host: hostName(host.index),
    hosts: Array.from({ length: host.count }, (_, index) => hostName(index)),
  });
  for (const { InputName: name, S3Input: input } of request.ProcessingInputs ?? []) {
    const source = requireSource(input, name);
    const folder = localPath(root, source.LocalPath ?? `/opt/ml/processing/input/${name}`);
    await downloadInput(cloud.objects, source, request.RoleArn, folder, host, stop);
  }
}

/** What a program wrote for its caller, on the first host that has something to say. */
async function readMessage(roots: readonly string[]): Promise<{ exitMessage?: string }> {
  for (const root of roots) {
    try {
      const text = await readFile(path.join(root, "output", "message"), "utf8");
      if (text.trim() !== "") return { exitMessage: text.slice(0, MAX_MESSAGE_CHARACTERS) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return {};
}
