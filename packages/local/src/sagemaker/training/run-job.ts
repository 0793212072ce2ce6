import path from "node:path";
import { environment } from "@sightline/contract/environment";
import { freePort } from "@sightline/foundation/free-port";
import type { Cloud } from "../../cloud.js";
import type { ProgramExit } from "../../process/child-pool.js";
import { removeTree } from "../../process/remove-tree.js";
import type { JobChange } from "../jobs/job-service.js";
import { hostName, startHost } from "../jobs/start-host.js";
import { superviseHosts } from "../jobs/supervise-hosts.js";
import { feedAll, provideChannel } from "./channels.js";
import { fetchCheckpoints, keepCheckpoints } from "./checkpoints.js";
import { prepareHost, readFailure } from "./host.js";
import {
  DEFAULT_MAX_RUNTIME_SECONDS,
  type SecondaryStatus,
  TRAINING_LOG_GROUP,
  type TrainingJob,
} from "./job.js";
import { createMetricReader, type FinalMetric, metricDefinitions } from "./metrics.js";
import type { PipeChannel } from "./pipe-channel.js";
import { hostScript, provideScript, trainingCommand, trainingScript } from "./training-script.js";
import { uploadModel, uploadOutput } from "./upload-outputs.js";

/** Told of every value of a job's metrics, as it is read. */
export type RecordTrainingMetric = (jobName: string, metric: FinalMetric) => void;

/**
 * Runs one training job as SageMaker does: file tree, channels, one `train` process a host, then the
 * archives to S3. `stop` is aborted by StopTrainingJob.
 */
export async function runTrainingJob(
  cloud: Cloud,
  job: TrainingJob,
  stop: AbortSignal,
  change: JobChange<TrainingJob>,
  recordMetric: RecordTrainingMetric,
): Promise<Partial<TrainingJob>> {
  const { request } = job;
  const script = trainingScript(request);
  const folder = path.join(cloud.workDir, "training", job.name);
  const hosts = request.ResourceConfig?.InstanceCount ?? 1;
  const roots = Array.from({ length: hosts }, (_, index) => path.join(folder, hostName(index)));
  const metrics = createMetricReader(metricDefinitions(request.AlgorithmSpecification), (metric) =>
    recordMetric(job.name, metric),
  );
  // A job that is being stopped says so until it has stopped.
  const enter = (secondaryStatus: SecondaryStatus, more: Partial<TrainingJob> = {}) =>
    change(({ status }) => (status === "Stopping" ? more : { secondaryStatus, ...more }));
  try {
    await removeTree(folder, cloud.logger);
    enter("Downloading");
    const pipes: PipeChannel[] = [];
    for (const [index, root] of roots.entries()) {
      await prepareHost(request, root, index, hosts);
      for (const channel of request.InputDataConfig ?? []) {
        const pipe = await provideChannel(cloud, request, channel, root, { index, count: hosts }, stop);
        if (pipe !== undefined) pipes.push(pipe);
      }
      await fetchCheckpoints(cloud, request, root, stop);
      if (script !== undefined) await provideScript(cloud, script, root);
    }
    enter("Training", { startedMs: Date.now() });
    const meeting = hosts > 1 ? await meetingPoint() : {};
    const programs = await Promise.all(
      roots.map((root, host) =>
        startHost(cloud, {
          job,
          host,
          root,
          logGroup: TRAINING_LOG_GROUP,
          command: {
            ...trainingCommand(request),
            script: script && hostScript(request, script, root, host, hosts),
          },
          env: {
            ...meeting,
            ...request.Environment,
            TRAINING_JOB_NAME: job.name,
            TRAINING_JOB_ARN: job.arn,
            CURRENT_HOST: hostName(host),
          },
          ...(host === 0 ? { onLine: metrics.read } : {}),
        }),
      ),
    );
    const limit = request.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
    const checkpoints = roots.map((root) => keepCheckpoints(cloud, request, root));
    const feeding = feedAll(cloud, pipes);
    const { failed, timedOut } = await superviseHosts(cloud, programs, stop, limit);
    await feeding();
    for (const done of checkpoints) await done();
    enter("Uploading");
    await uploadOutput(cloud, request, folder, roots);
    const seen = { metrics: metrics.final() };
    if (failed !== undefined && !timedOut && !stop.aborted) {
      const failureReason = await describeFailure(roots[failed.host]!, failed.exit);
      return { ...seen, status: "Failed", failureReason };
    }
    const ended = { ...seen, modelUri: await uploadModel(cloud, request, folder, roots) };
    if (timedOut) return { ...ended, status: "Stopped", secondaryStatus: "MaxRuntimeExceeded" };
    return { ...ended, status: stop.aborted ? "Stopped" : "Completed" };
  } finally {
    await removeTree(folder, cloud.logger);
  }
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
