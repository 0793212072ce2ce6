import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import type { Program } from "../../process/child-pool.js";
import { removeTree } from "../../process/remove-tree.js";
import { createFolderSync } from "../../s3/sync-folder.js";
import { localCommand, localPath } from "../jobs/container-path.js";
import { downloadInput } from "../jobs/s3-input.js";
import { superviseHosts } from "../jobs/supervise-hosts.js";
import { hostName } from "../training/host.js";
import { PROCESSING_LOG_GROUP, type ProcessingJob, type ProcessingRequest } from "./job.js";

/** MaxRuntimeInSeconds when the job does not say: 1 day. */
const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;
/** Most characters of `output/message` that become the ExitMessage. */
const MAX_MESSAGE_CHARACTERS = 1024;

/** How a processing job ended. */
export type ProcessingOutcome = Pick<ProcessingJob, "status" | "exitMessage" | "failureReason">;

/** The program that a job runs. @throws AwsError ValidationException when the image has none */
export function processingCommand(
  cloud: Cloud,
  { AppSpecification: app }: ProcessingRequest,
): readonly string[] {
  const [program = "process", ...rest] = app.ContainerEntrypoint ?? [];
  // In the image its programs are on PATH; here they are scripts that the table knows.
  const isOwn = program === "process" || program === "train" || program === "serve";
  const entry = isOwn ? cloud.images.command(app.ImageUri, program) : [program];
  return [...entry, ...rest, ...(app.ContainerArguments ?? [])];
}

/** Runs one processing job: file tree, inputs, one process a host, then the outputs to S3. */
export async function runProcessingJob(
  cloud: Cloud,
  job: ProcessingJob,
  stop: AbortSignal,
  started: () => void,
): Promise<ProcessingOutcome> {
  const request = job.request as unknown as ProcessingRequest;
  const folder = path.join(cloud.workDir, "processing", job.name);
  const count = request.ProcessingResources.ClusterConfig.InstanceCount;
  const roots = Array.from({ length: count }, (_, index) => path.join(folder, hostName(index)));
  try {
    for (const [index, root] of roots.entries())
      await prepareHost(cloud, request, root, { index, count }, stop);
    started();
    const programs = roots.map((root, index) => startHost(cloud, job, request, root, index));
    const limit = request.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
    const { exits, timedOut } = await superviseHosts(cloud, programs, stop, limit);
    const message = await readMessage(roots);
    if (timedOut) {
      return { status: "Stopped", ...message, failureReason: `The job ran longer than its ${limit} s.` };
    }
    if (stop.aborted) return { status: "Stopped", ...message };
    const failed = exits.find((exit) => exit.code !== 0);
    if (failed !== undefined) {
      const code = failed.code === null ? `signal ${failed.signal}` : `exit code: ${failed.code}`;
      return {
        status: "Failed",
        ...message,
        failureReason: `AlgorithmError: ${message.exitMessage ?? ""}, ${code}`,
      };
    }
    for (const root of roots) await uploadOutputs(cloud, request, root);
    return { status: "Completed", ...message };
  } catch (error) {
    if (stop.aborted) return { status: "Stopped" };
    return {
      status: "Failed",
      failureReason: `ClientError: ${error instanceof Error ? error.message : String(error)}`,
    };
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
  for (const { InputName: name, S3Input: source } of request.ProcessingInputs ?? []) {
    const folder = localPath(root, source!.LocalPath ?? `/opt/ml/processing/input/${name}`);
    await downloadInput(cloud.objects, source!, request.RoleArn, folder, host, stop);
  }
  for (const output of outputsOf(request, root)) await mkdir(output.folder, { recursive: true });
}

function outputsOf(request: ProcessingRequest, root: string) {
  return (request.ProcessingOutputConfig?.Outputs ?? []).flatMap(({ OutputName: name, S3Output: target }) =>
    target === undefined
      ? []
      : [
          {
            uri: target.S3Uri,
            folder: localPath(root, target.LocalPath ?? `/opt/ml/processing/output/${name}`),
          },
        ],
  );
}

async function uploadOutputs(cloud: Cloud, request: ProcessingRequest, root: string): Promise<void> {
  for (const { uri, folder } of outputsOf(request, root))
    await createFolderSync(cloud.objects, folder, uri).final();
}

function startHost(
  cloud: Cloud,
  job: ProcessingJob,
  request: ProcessingRequest,
  root: string,
  host: number,
): Program {
  const log = cloud.logs.open(
    PROCESSING_LOG_GROUP,
    `${job.name}/${hostName(host)}-${Math.floor(job.created / 1000)}`,
  );
  const program = cloud.children.start({
    command: localCommand(root, processingCommand(cloud, request)),
    cwd: root,
    env: { ...cloud.containerEnv, ...request.Environment, SIGHTLINE_ML_ROOT: root },
    onLine: log.write,
  });
  void program.exited.then(() => log.close());
  return program;
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
