import { call, isAccessDenied } from "../aws/call.js";
import { TrainingJobFailedError } from "../errors.js";
import { followLogs, type LogLine } from "../logs/log-reader.js";
import { logTail } from "../logs/log-tail.js";
import type { Session } from "../session.js";
import { pause } from "../wait/pause.js";
import { poll, startClock, type WaitOptions } from "../wait/poll.js";
import { imageClassificationMetrics, type MetricValue, metricParser } from "./metrics.js";
import type { TrainingEvent, TrainingJob, TrainingResult } from "./training-job.js";

export interface WatchTrainingJobOptions extends WaitOptions {
  /** Read the job's log for lines and metrics. Default true. */
  readonly logs?: boolean;
  /** Stop the job when the signal aborts. Default false: it goes on. */
  readonly stopOnAbort?: boolean;
}

export interface WaitForTrainingJobOptions extends WatchTrainingJobOptions {
  readonly onEvent?: (event: TrainingEvent) => void;
}

const LOG_GROUP = "/aws/sagemaker/TrainingJobs";
/** What a wait adds to the job's own limit for finding capacity, downloading and uploading. */
const QUEUE_MS = 2 * 3_600_000;
/** Lines may reach the log after the job has ended: ask until nothing new came this often. */
const QUIET_READS = 2;
const QUIET_PAUSE_MS = 400;

/**
 * Waits until the job has completed, and tells what happens meanwhile.
 *
 * @param job the started job, or its name
 * @param options `timeoutMs` default: the job's own limit and two hours
 * @throws TrainingJobFailedError with the reason and the last log lines
 * @throws WaitTimeoutError
 */
export async function waitForTrainingJob(
  session: Session,
  job: TrainingJob | string,
  options: WaitForTrainingJobOptions = {},
): Promise<TrainingResult> {
  const events = watchTrainingJob(session, job, options);
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
    options.onEvent?.(next.value);
  }
}

/**
 * Yields status changes, log lines and metrics as they come, and returns the result. Leaving the loop ends
 * the watching, not the job.
 */
export async function* watchTrainingJob(
  session: Session,
  job: TrainingJob | string,
  options: WatchTrainingJobOptions = {},
): AsyncGenerator<TrainingEvent, TrainingResult, undefined> {
  const name = typeof job === "string" ? job : job.name;
  const { signal, stopOnAbort = false } = options;
  try {
    return yield* watch(session, job, name, options);
  } catch (error) {
    if (stopOnAbort && signal?.aborted) {
      await call(session, "sagemaker", "StopTrainingJob", { TrainingJobName: name });
    }
    throw error;
  }
}

async function* watch(
  session: Session,
  job: TrainingJob | string,
  name: string,
  options: WatchTrainingJobOptions,
): AsyncGenerator<TrainingEvent, TrainingResult, undefined> {
  const { signal } = options;
  const describe = (look: AbortSignal) =>
    call(session, "sagemaker", "DescribeTrainingJob", { TrainingJobName: name }, { signal: look });
  let state = await poll(
    `training job ${name}`,
    async (look) => ({ done: true, value: await describe(look) }),
    { ...options, timeoutMs: options.timeoutMs ?? QUEUE_MS, logger: session.logger },
  );
  const limits = state.StoppingCondition;
  const ownLimit = (limits?.MaxWaitTimeInSeconds ?? limits?.MaxRuntimeInSeconds ?? 86_400) * 1000;
  const clock = startClock(`training job ${name}`, {
    ...options,
    timeoutMs: options.timeoutMs ?? ownLimit + QUEUE_MS,
    logger: session.logger,
  });
  const log = followLogs(session, LOG_GROUP, `${name}/`);
  const parse = metricParser(metricPatterns(job, state));
  const metrics: MetricValue[] = [];
  let logsWanted = options.logs ?? true;
  let lastSeen = "";

  async function* readLog(): AsyncGenerator<TrainingEvent, number, undefined> {
    if (!logsWanted) return 0;
    let lines: readonly LogLine[];
    try {
      lines = (await clock.tolerate((look) => log.read(look))) ?? [];
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      logsWanted = false;
      yield { kind: "warning", message: `The job's log may not be read: ${(error as Error).message}` };
      return 0;
    }
    for (const line of lines) {
      yield { kind: "log", ...line };
      for (const metric of parse(line.message, line.timestamp)) {
        metrics.push(metric);
        yield { kind: "metric", ...metric };
      }
    }
    return lines.length;
  }

  for (;;) {
    const status = state.TrainingJobStatus ?? "InProgress";
    const secondaryStatus = state.SecondaryStatus ?? "";
    const message = state.SecondaryStatusTransitions?.at(-1)?.StatusMessage ?? "";
    const ended = status === "Completed" || status === "Failed" || status === "Stopped";
    const statusEvent = {
      kind: "status",
      status,
      secondaryStatus,
      message,
      seconds: (Date.now() - clock.startedAt) / 1000,
    } as const;
    const seen = `${status} ${secondaryStatus} ${message}`;
    const changed = seen !== lastSeen;
    lastSeen = seen;
    if (changed && !ended) yield statusEvent;
    const lines = yield* readLog();
    if (ended) {
      for (let quiet = lines === 0 ? 1 : 0; logsWanted && quiet < QUIET_READS; ) {
        await pause(QUIET_PAUSE_MS, signal);
        quiet = (yield* readLog()) === 0 ? quiet + 1 : 0;
      }
      yield statusEvent;
      break;
    }
    if (changed || lines > 0) clock.reset();
    await clock.next(`${status} ${secondaryStatus}`);
    state = (await clock.tolerate(describe)) ?? state;
  }

  const status = state.TrainingJobStatus;
  const artifact = state.ModelArtifacts?.S3ModelArtifacts;
  if (status !== "Completed" || artifact === undefined) {
    throw new TrainingJobFailedError({
      jobName: name,
      status: status ?? "unknown",
      failureReason: state.FailureReason || reasonFor(status, state.SecondaryStatus, limits),
      logTail: await logTail(session, LOG_GROUP, `${name}/`),
    });
  }
  const image = state.AlgorithmSpecification?.TrainingImage ?? (typeof job === "string" ? "" : job.image);
  const finalMetrics: Record<string, number> = {};
  for (const metric of metrics) finalMetrics[metric.name] = metric.value;
  for (const { MetricName, Value } of state.FinalMetricDataList ?? []) {
    if (MetricName !== undefined && Value !== undefined) finalMetrics[MetricName] = Value;
  }
  return {
    name,
    arn: state.TrainingJobArn ?? "",
    status: "Completed",
    model: { kind: "model-artifact", uri: artifact, image, trainingJobName: name },
    metrics,
    finalMetrics,
    trainingSeconds: state.TrainingTimeInSeconds,
    billableSeconds: state.BillableTimeInSeconds,
  };
}

/** The service gives a stopped job no reason, only a secondary status. */
function reasonFor(
  status: string | undefined,
  secondaryStatus: string | undefined,
  limits: StoppingCondition | undefined,
): string {
  if (secondaryStatus === "MaxRuntimeExceeded") {
    return `it ran longer than maxRuntimeSeconds (${limits?.MaxRuntimeInSeconds}); raise it, or train fewer epochs`;
  }
  if (secondaryStatus === "MaxWaitTimeExceeded") {
    return `it waited and ran longer than spot.maxWaitSeconds (${limits?.MaxWaitTimeInSeconds}); raise it`;
  }
  return status === "Stopped" ? "it was stopped" : "no reason given";
}

interface StoppingCondition {
  readonly MaxRuntimeInSeconds?: number | undefined;
  readonly MaxWaitTimeInSeconds?: number | undefined;
}

function metricPatterns(
  job: TrainingJob | string,
  state: {
    readonly AlgorithmSpecification?:
      | {
          readonly MetricDefinitions?:
            | { Name?: string | undefined; Regex?: string | undefined }[]
            | undefined;
        }
      | undefined;
  },
) {
  if (typeof job !== "string") return job.metrics;
  const defined = state.AlgorithmSpecification?.MetricDefinitions ?? [];
  if (defined.length === 0) return imageClassificationMetrics;
  return defined.flatMap(({ Name, Regex }) =>
    Name === undefined || Regex === undefined ? [] : [{ name: Name, regex: Regex }],
  );
}
