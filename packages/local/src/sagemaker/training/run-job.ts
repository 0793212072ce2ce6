import { cp, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { Cloud } from "../../cloud.js";
import type { Program, ProgramExit } from "../../process/child-pool.js";
import { removeTree } from "../../process/remove-tree.js";
import { createFolderSync, keepPushing } from "../../s3/sync-folder.js";
import { downloadObject, objectsBelow, parseS3Uri, putInS3, relativePath } from "../../s3/transfer.js";
import { localPath } from "../jobs/container-path.js";
import { downloadInput, listShare } from "../jobs/s3-input.js";
import { superviseHosts } from "../jobs/supervise-hosts.js";
import { packFolder } from "../model-archive.js";
import { hostName, prepareHost, readFailure } from "./host.js";
import {
  modelUriOf,
  outputPrefix,
  TRAINING_LOG_GROUP,
  type TrainingChannel,
  type TrainingJob,
  type TrainingRequest,
} from "./job.js";
import { BUILT_IN_METRICS, createMetricReader, type MetricReader } from "./metrics.js";
import { feedPipes, makeFirstPipe, type PipeChannel } from "./pipe-channel.js";

/** MaxRuntimeInSeconds when the job does not say: 1 day. */
const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;

/** Between two copies of a job's checkpoints to S3. */
const CHECKPOINT_PERIOD_MS = 2_000;

/** How a job ended. */
export interface JobOutcome {
  readonly status: "Completed" | "Failed" | "Stopped";
  readonly secondaryStatus: string;
  readonly message: string;
  readonly failureReason?: string;
  readonly modelUri?: string;
}

/** Says where a running job is. */
export interface JobProgress {
  phase(status: "Downloading" | "Training" | "Uploading", message: string): void;
  readonly metrics: MetricReader;
}

/**
 * Runs one training job as SageMaker does: file tree, channels, one `train` process a host, then the
 * archives to S3. `stop` is aborted by StopTrainingJob.
 */
export async function runTrainingJob(
  cloud: Cloud,
  job: TrainingJob,
  stop: AbortSignal,
  progress: JobProgress,
): Promise<JobOutcome> {
  const request = job.request as unknown as TrainingRequest;
  const folder = path.join(cloud.workDir, "training", job.name);
  const hosts = request.ResourceConfig?.InstanceCount ?? 1;
  const roots = Array.from({ length: hosts }, (_, index) => path.join(folder, hostName(index)));
  try {
    await removeTree(folder, cloud.logger);
    progress.phase("Downloading", "Downloading input data");
    const pipes: PipeChannel[] = [];
    for (const [index, root] of roots.entries()) {
      await prepareHost(request, root, index, hosts);
      for (const channel of request.InputDataConfig ?? []) {
        const pipe = await provideChannel(cloud, request, channel, root, { index, count: hosts }, stop);
        if (pipe !== undefined) pipes.push(pipe);
      }
      await fetchCheckpoints(cloud, request, root, stop);
    }
    progress.phase("Training", "Training image download completed. Training in progress.");
    const programs = roots.map((root, index) =>
      startHost(cloud, job, request, root, index, progress.metrics),
    );
    const limit = request.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
    const checkpoints = roots.map((root) => keepCheckpoints(cloud, request, root));
    const feeding = feedAll(cloud, pipes);
    const { exits, timedOut } = await superviseHosts(cloud, programs, stop, limit);
    await feeding();
    for (const done of checkpoints) await done();
    progress.phase("Uploading", "Uploading generated training model");
    await uploadOutput(cloud, request, folder, roots);
    const failed = exits.findIndex((exit) => exit.code !== 0);
    if (stop.aborted && !timedOut) {
      const modelUri = await uploadModel(cloud, request, folder, roots);
      return { status: "Stopped", secondaryStatus: "Stopped", message: "Training job stopped", modelUri };
    }
    if (timedOut) {
      const modelUri = await uploadModel(cloud, request, folder, roots);
      const message = "Training job runtime exceeded MaxRuntimeInSeconds provided";
      return { status: "Stopped", secondaryStatus: "MaxRuntimeExceeded", message, modelUri };
    }
    if (failed >= 0) return failure(await describeFailure(roots[failed]!, exits[failed]!));
    const modelUri = await uploadModel(cloud, request, folder, roots);
    return { status: "Completed", secondaryStatus: "Completed", message: "Training job completed", modelUri };
  } catch (error) {
    if (stop.aborted)
      return { status: "Stopped", secondaryStatus: "Stopped", message: "Training job stopped" };
    return failure(`ClientError: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await removeTree(folder, cloud.logger);
  }
}

/** Lays a File mode channel out as files, and a Pipe mode channel as its first pipe, which is returned. */
async function provideChannel(
  cloud: Cloud,
  request: TrainingRequest,
  channel: TrainingChannel,
  root: string,
  host: { readonly index: number; readonly count: number },
  stop: AbortSignal,
): Promise<PipeChannel | undefined> {
  const source = channel.DataSource.S3DataSource!;
  const data = path.join(root, "input", "data");
  if ((channel.InputMode ?? request.AlgorithmSpecification.TrainingInputMode) !== "Pipe") {
    const folder = path.join(data, channel.ChannelName);
    await downloadInput(cloud.objects, source, request.RoleArn, folder, host, stop);
    return undefined;
  }
  const files = await listShare(cloud.objects, source, request.RoleArn, host);
  const pipe = {
    folder: data,
    name: channel.ChannelName,
    files,
    wrap: channel.RecordWrapperType === "RecordIO",
  };
  await makeFirstPipe(pipe);
  return pipe;
}

/** Feeds the pipes while the programs run. The returned function ends that. */
function feedAll(cloud: Cloud, pipes: readonly PipeChannel[]): () => Promise<void> {
  const over = new AbortController();
  const feeding = pipes.map((pipe) =>
    feedPipes(cloud.objects, pipe, over.signal).catch((error: unknown) =>
      cloud.logger.error(`Channel ${pipe.name} could not be fed: ${String(error)}`),
    ),
  );
  return async () => {
    over.abort();
    await Promise.all(feeding);
  };
}

/** What a former job of the same checkpoint prefix left is there before the program starts. */
async function fetchCheckpoints(
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
  for (const object of objectsBelow(cloud.objects, location)) {
    const relative = relativePath(location.key, object.key);
    if (!object.key.endsWith("/")) await downloadObject(cloud.objects, object, folder, relative, stop);
  }
}

/** Copies checkpoints to S3 while the program runs. The returned function copies the last ones. */
function keepCheckpoints(cloud: Cloud, request: TrainingRequest, root: string): () => Promise<void> {
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
  { LocalPath: own = "/opt/ml/checkpoints" }: { LocalPath?: string },
): string {
  return localPath(root, own);
}

function startHost(
  cloud: Cloud,
  job: TrainingJob,
  request: TrainingRequest,
  root: string,
  host: number,
  metrics: MetricReader,
): Program {
  const log = cloud.logs.open(
    TRAINING_LOG_GROUP,
    `${job.name}/${hostName(host)}-${Math.floor(job.created / 1000)}`,
  );
  const image = request.AlgorithmSpecification.TrainingImage!;
  const program = cloud.children.start({
    command: cloud.images.command(image, "train"),
    cwd: root,
    env: {
      ...cloud.containerEnv,
      ...request.Environment,
      SIGHTLINE_ML_ROOT: root,
      TRAINING_JOB_NAME: job.name,
      TRAINING_JOB_ARN: job.arn,
      CURRENT_HOST: hostName(host),
    },
    onLine(line) {
      log.write(line);
      if (host === 0) metrics.read(line);
    },
  });
  void program.exited.then(() => log.close());
  return program;
}

/** Metrics that a job's log lines are read for. */
export function jobMetrics(cloud: Cloud, request: TrainingRequest): MetricReader {
  const image = request.AlgorithmSpecification.TrainingImage;
  const builtIn = image !== undefined && cloud.images.resolve(image).builtIn ? BUILT_IN_METRICS : [];
  return createMetricReader([...builtIn, ...(request.AlgorithmSpecification.MetricDefinitions ?? [])]);
}

async function uploadModel(
  cloud: Cloud,
  request: TrainingRequest,
  folder: string,
  roots: readonly string[],
): Promise<string> {
  const merged = await mergeHosts(roots, "model");
  const uri = modelUriOf(request);
  if (request.OutputDataConfig.CompressionType === "NONE") {
    const prefix = uri.replace(/\.tar\.gz$/, "/");
    await createFolderSync(cloud.objects, merged, prefix).final();
    return prefix;
  }
  const archive = path.join(folder, "model.tar.gz");
  await packFolder(merged, archive);
  await putInS3(cloud.objects, parseS3Uri(uri), { path: archive }, "application/x-tar");
  return uri;
}

async function uploadOutput(
  cloud: Cloud,
  request: TrainingRequest,
  folder: string,
  roots: readonly string[],
): Promise<void> {
  const merged = await mergeHosts(roots, path.join("output", "data"));
  if ((await readdir(merged)).length === 0) return;
  const archive = path.join(folder, "output.tar.gz");
  await packFolder(merged, archive);
  await putInS3(cloud.objects, parseS3Uri(`${outputPrefix(request)}/output.tar.gz`), { path: archive });
}

/** What the other hosts left is laid over the first host's, in order. */
async function mergeHosts(roots: readonly string[], folder: string): Promise<string> {
  const first = path.join(roots[0]!, folder);
  await mkdir(first, { recursive: true });
  for (const root of roots.slice(1)) await cp(path.join(root, folder), first, { recursive: true });
  return first;
}

async function describeFailure(root: string, exit: ProgramExit): Promise<string> {
  const code = exit.code === null ? `signal ${exit.signal}` : `exit code: ${exit.code}`;
  const said = (await readFailure(root)) ?? "";
  // An algorithm may say itself whose fault it is, as the built-in ones do.
  const prefix = /^(ClientError|AlgorithmError|InternalServerError):/.test(said) ? "" : "AlgorithmError: ";
  return `${prefix}${said}, ${code}`;
}

function failure(reason: string): JobOutcome {
  return {
    status: "Failed",
    secondaryStatus: "Failed",
    message: "Training job failed",
    failureReason: reason,
  };
}
