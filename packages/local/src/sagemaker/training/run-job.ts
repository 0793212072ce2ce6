import path from "node:path";
import { environment } from "@sightline/contract/environment";
import { freePort } from "@sightline/foundation/free-port";
import type { Cloud } from "../../cloud.js";
import type { Program, ProgramExit } from "../../process/child-pool.js";
import { removeTree } from "../../process/remove-tree.js";
import type { JobChange } from "../jobs/job-service.js";
import { hostName, startHost } from "../jobs/start-host.js";
import { superviseHosts } from "../jobs/supervise-hosts.js";
import { feedAll, provideChannel } from "./channels.js";
import { fetchCheckpoints, keepCheckpoints } from "./checkpoints.js";
import { CACHE_FOLDER, prepareHost, readFailure } from "./host.js";
import type { Interruptions } from "./interruptions.js";
import {
  DEFAULT_MAX_RUNTIME_SECONDS,
  type SecondaryStatus,
  TRAINING_LOG_GROUP,
  type TrainingJob,
} from "./job.js";
import { createMetricReader, type FinalMetric, type MetricReader, metricDefinitions } from "./metrics.js";
import type { PipeChannel } from "./pipe-channel.js";
import { hostScript, provideScript, trainingCommand, trainingScript } from "./training-script.js";
import { uploadModel, uploadOutput } from "./upload-outputs.js";
import type { WarmPools } from "./warm-pools.js";

/** Told of every value of a job's metrics, as it is read. */
export type RecordTrainingMetric = (jobName: string, metric: FinalMetric) => void;

/** What jobs share beside the cloud. */
export interface TrainingParts {
  readonly recordMetric: RecordTrainingMetric;
  readonly interruptions: Interruptions;
  readonly warmPools: WarmPools;
}

/** A job that runs, and what tells of it. */
interface Run {
  readonly cloud: Cloud;
  readonly job: TrainingJob;
  readonly folder: string;
  /** The file trees of its hosts. */
  readonly roots: readonly string[];
  readonly parts: TrainingParts;
  readonly metrics: MetricReader;
  readonly stop: AbortSignal;
  readonly change: JobChange<TrainingJob>;
  enter(secondaryStatus: SecondaryStatus, more?: Partial<TrainingJob>): void;
}

/**
 * Runs one training job as SageMaker does: file tree, channels, one `train` process a host, then the
 * archives to S3; all of it again when its spot instances are taken away. `stop` is aborted by StopTrainingJob.
 */
export async function runTrainingJob(
  cloud: Cloud,
  job: TrainingJob,
  stop: AbortSignal,
  change: JobChange<TrainingJob>,
  parts: TrainingParts,
): Promise<Partial<TrainingJob>> {
  const { request } = job;
  const folder = path.join(cloud.workDir, "training", job.name);
  const hosts = request.ResourceConfig?.InstanceCount ?? 1;
  const roots = Array.from({ length: hosts }, (_, index) => path.join(folder, hostName(index)));
  const metrics = createMetricReader(metricDefinitions(request.AlgorithmSpecification), (metric) =>
    parts.recordMetric(job.name, metric),
  );
  // A job that is being stopped says so until it has stopped.
  const enter: Run["enter"] = (secondaryStatus, more = {}) =>
    change(({ status }) => (status === "Stopping" ? more : { secondaryStatus, ...more }));
  const run: Run = { cloud, job, folder, roots, parts, metrics, stop, change, enter };
  try {
    for (;;) {
      const ended = await runOnce(run);
      if (ended !== "interrupted") return ended;
      if (secondsToWait(cloud, job) === 0) {
        return { metrics: metrics.final(), status: "Stopped", secondaryStatus: "MaxWaitTimeExceeded" };
      }
      enter("Starting");
    }
  } finally {
    // Instances that nobody keeps are gone.
    change(({ warmPool }) =>
      warmPool?.status === "InUse" ? { warmPool: { ...warmPool, status: "Terminated" } } : {},
    );
    await removeTree(folder, cloud.logger);
  }
}

/** What is left of MaxWaitTimeInSeconds, which counts waiting and running of a managed spot job; 0 when it is over. */
function secondsToWait({ timeScale }: Cloud, { created, request }: TrainingJob): number {
  const { MaxWaitTimeInSeconds: limit = Number.POSITIVE_INFINITY } = request.StoppingCondition ?? {};
  return Math.max(0, limit - (Date.now() - created) / 1000 / timeScale);
}

/** Runs a job's programs from the beginning to their end, or to an interruption. */
async function runOnce(run: Run): Promise<Partial<TrainingJob> | "interrupted"> {
  const { cloud, job, folder, roots, parts, metrics, stop, change, enter } = run;
  const { request } = job;
  await removeTree(folder, cloud.logger);
  enter("Downloading");
  const pipes = await prepareHosts(run);
  const interrupted = request.EnableManagedSpotTraining
    ? parts.interruptions.begin(job.name)
    : new AbortController().signal;
  const begunMs = Date.now();
  change(({ startedMs = begunMs }) => ({ startedMs, restartedMs: begunMs }));
  enter("Training");
  const programs = await startHosts(run);
  const { MaxRuntimeInSeconds: runSeconds = DEFAULT_MAX_RUNTIME_SECONDS } = request.StoppingCondition ?? {};
  const waitSeconds = secondsToWait(cloud, job);
  const checkpoints = roots.map((root) => keepCheckpoints(cloud, request, root));
  const feeding = feedAll(cloud, pipes);
  const over = AbortSignal.any([stop, interrupted]);
  const { failed, timedOut } = await superviseHosts(cloud, programs, over, Math.min(runSeconds, waitSeconds));
  parts.interruptions.end(job.name);
  await feeding();
  for (const done of checkpoints) await done();
  if (interrupted.aborted && !stop.aborted) {
    change(({ ranMs = 0 }) => ({ ranMs: ranMs + Date.now() - begunMs }));
    enter("Interrupted");
    return "interrupted";
  }
  enter("Uploading");
  await uploadOutput(cloud, request, folder, roots);
  const seen = { metrics: metrics.final() };
  if (failed !== undefined && !timedOut && !stop.aborted) {
    const failureReason = await describeFailure(roots[failed.host]!, failed.exit);
    return { ...seen, status: "Failed", failureReason };
  }
  const ended = { ...seen, modelUri: await uploadModel(cloud, request, folder, roots) };
  if (timedOut) {
    const limit = waitSeconds < runSeconds ? "MaxWaitTimeExceeded" : "MaxRuntimeExceeded";
    return { ...ended, status: "Stopped", secondaryStatus: limit };
  }
  if (stop.aborted) return { ...ended, status: "Stopped" };
  await parts.warmPools.keep(job, roots);
  return { ...ended, status: "Completed" };
}

/** Lays out the file trees: channels, checkpoints, and what a warm pool has kept. */
async function prepareHosts({ cloud, job, roots, parts, stop, change }: Run): Promise<PipeChannel[]> {
  const { request } = job;
  const pipes: PipeChannel[] = [];
  for (const [index, root] of roots.entries()) {
    await prepareHost(request, root, index, roots.length);
    for (const channel of request.InputDataConfig ?? []) {
      const host = { index, count: roots.length };
      const pipe = await provideChannel(cloud, request, channel, root, host, stop);
      if (pipe !== undefined) pipes.push(pipe);
    }
    await fetchCheckpoints(cloud, request, root, stop);
    const script = trainingScript(request);
    if (script !== undefined) await provideScript(cloud, script, root);
  }
  if (await parts.warmPools.take(job, roots)) {
    change(() => ({ warmPool: { status: "InUse", retainedSeconds: 0 } }));
  }
  return pipes;
}

async function startHosts({ cloud, job, roots, metrics }: Run): Promise<Program[]> {
  const { request } = job;
  const script = trainingScript(request);
  const meeting = roots.length > 1 ? await meetingPoint() : {};
  return Promise.all(
    roots.map((root, host) =>
      startHost(cloud, {
        job,
        host,
        root,
        logGroup: TRAINING_LOG_GROUP,
        command: {
          ...trainingCommand(request),
          script: script && hostScript(request, script, root, host, roots.length),
        },
        env: {
          ...meeting,
          ...request.Environment,
          TRAINING_JOB_NAME: job.name,
          TRAINING_JOB_ARN: job.arn,
          CURRENT_HOST: hostName(host),
          SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY: path.join(root, CACHE_FOLDER),
        },
        ...(host === 0 ? { onLine: metrics.read } : {}),
      }),
    ),
  );
}

/** On one machine the hosts' names do not resolve: what our own container takes instead. */
async function meetingPoint(): Promise<Record<string, string>> {
  const leader = `127.0.0.1:${await freePort()}`;
  return { [environment.trainLeader]: leader, [environment.bindAddress]: "127.0.0.1" };
}

async function describeFailure(root: string, exit: ProgramExit): Promise<string> {
  const code = exit.code === null ? `signal ${exit.signal}` : `exit code: ${exit.code}`;
  const said = (await readFailure(root)) ?? "";
  // An algorithm may say itself whose fault it is, as the built-in ones do.
  const prefix = /^(ClientError|AlgorithmError|InternalServerError):/.test(said) ? "" : "AlgorithmError: ";
  return `${prefix}${said}, ${code}`;
}
