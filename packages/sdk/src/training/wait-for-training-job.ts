import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { call } from "../aws/call.js";
import { TrainingJobFailedError } from "../errors.js";
import { jobName, trainingJobs } from "../jobs/job-kinds.js";
import { jobFailure, type WaitForJobOptions, watchJob } from "../jobs/watch-job.js";
import type { LogLine } from "../logs/log-reader.js";
import type { Session } from "../session.js";
import { imageClassificationMetrics, type MetricPattern, type MetricValue, metricParser } from "./metrics.js";
import type { TrainingEvent, TrainingJob, TrainingResult } from "./training-job.js";

/** How a training job is waited for. */
export interface WaitForTrainingJobOptions extends WaitForJobOptions {
  /** Stop the job when the signal aborts or the loop over its events is left. Default false: it goes on. */
  readonly stopOnAbort?: boolean;
}

/**
 * Waits until the job has completed. Await it for the model; iterate it for status changes, log lines and metrics as
 * they come. An abort and leaving the loop end the wait, not the job, unless `stopOnAbort` is set.
 *
 * @param job the started job, or its name
 * @param options `timeoutMs` default: the job's own limit and two hours
 * @throws TrainingJobFailedError with the reason and the last log lines
 * @throws WaitTimeoutError
 * @example
 * ```ts
 * const training = waitForTrainingJob(session, job);
 * for await (const event of training) {
 *   if (event.kind === "metric") console.log(event.epoch, event.name, event.value); // 0 train:accuracy 0.31
 * }
 * const { model } = await training;
 * ```
 */
export function waitForTrainingJob(
  session: Session,
  job: TrainingJob | string,
  options: WaitForTrainingJobOptions = {},
): LongWork<TrainingEvent, TrainingResult> {
  const { signal: outer, stopOnAbort = false } = options;
  return longWork(
    async (signal, tell) => {
      try {
        outer?.throwIfAborted();
        return await wait(session, job, options, signal, tell);
      } catch (error) {
        if (stopOnAbort && (signal.aborted || outer?.aborted))
          await trainingJobs.stop(session, jobName(job), undefined);
        throw error;
      }
    },
    // Aborted before it begins, the work would not: and the job would go on.
    { signal: stopOnAbort && outer?.aborted ? undefined : outer },
  );
}

async function wait(
  session: Session,
  job: TrainingJob | string,
  options: WaitForTrainingJobOptions,
  signal: AbortSignal,
  tell: Tell<TrainingEvent>,
): Promise<TrainingResult> {
  const name = jobName(job);
  const metrics: MetricValue[] = [];
  let parse: ReturnType<typeof metricParser> | undefined;
  const state = await watchJob(
    session,
    {
      kind: trainingJobs,
      name,
      describe,
      limitMs: ({ StoppingCondition: limits }) =>
        (limits?.MaxWaitTimeInSeconds ?? limits?.MaxRuntimeInSeconds ?? 86_400) * 1000,
      seen: (seen) => `${seen.status} ${seen.secondaryStatus} ${seen.message}`,
      status: ({ status, secondaryStatus, message }, seconds) =>
        tell({ kind: "status", status, secondaryStatus, message, seconds }),
      line: async (line, seen) => {
        await tell({ kind: "log", ...line });
        const warning = warningIn(line);
        if (warning !== undefined) await tell({ kind: "warning", message: warning });
        parse ??= metricParser(metricPatterns(job, seen));
        for (const metric of parse(line.message, line.timestamp)) {
          metrics.push(metric);
          await tell({ kind: "metric", ...metric });
        }
      },
      refused: (message) => tell({ kind: "warning", message }),
    },
    options,
    signal,
  );
  return await toResult(session, job, state, metrics);
}

type State = Awaited<ReturnType<typeof describe>>;

async function describe(session: Session, name: string, signal: AbortSignal) {
  const input = { TrainingJobName: name };
  const found = await call(session, "sagemaker", "DescribeTrainingJob", input, { signal });
  return {
    ...found,
    status: found.TrainingJobStatus ?? "InProgress",
    secondaryStatus: found.SecondaryStatus ?? "",
    message: found.SecondaryStatusTransitions?.at(-1)?.StatusMessage ?? "",
  };
}

async function toResult(
  session: Session,
  job: TrainingJob | string,
  state: State,
  metrics: readonly MetricValue[],
): Promise<TrainingResult> {
  const name = jobName(job);
  const { status } = state;
  const artifact = state.ModelArtifacts?.S3ModelArtifacts;
  if (status !== "Completed" || artifact === undefined) {
    const reason = state.FailureReason || limitReason(state);
    throw new TrainingJobFailedError(await jobFailure(session, trainingJobs, name, status, reason));
  }
  const finalMetrics: Record<string, number> = {};
  for (const metric of metrics) finalMetrics[metric.name] = metric.value;
  for (const { MetricName, Value } of state.FinalMetricDataList ?? []) {
    if (MetricName !== undefined && Value !== undefined) finalMetrics[MetricName] = Value;
  }
  const image = state.AlgorithmSpecification?.TrainingImage ?? (typeof job === "string" ? "" : job.image);
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

/** The service gives a job that it stopped no reason, only a secondary status. */
function limitReason({ secondaryStatus, StoppingCondition: limits }: State): string | undefined {
  if (secondaryStatus === "MaxRuntimeExceeded") {
    return `it ran longer than maxRuntimeSeconds (${limits?.MaxRuntimeInSeconds}); raise it, or train fewer epochs`;
  }
  if (secondaryStatus === "MaxWaitTimeExceeded") {
    return `it waited and ran longer than spot.maxWaitSeconds (${limits?.MaxWaitTimeInSeconds}); raise it`;
  }
  return undefined;
}

function metricPatterns(job: TrainingJob | string, state: State): readonly MetricPattern[] {
  if (typeof job !== "string") return job.metrics;
  const defined = state.AlgorithmSpecification?.MetricDefinitions ?? [];
  if (defined.length === 0) return imageClassificationMetrics;
  return defined.flatMap(({ Name, Regex }) =>
    Name === undefined || Regex === undefined ? [] : [{ name: Name, regex: Regex }],
  );
}

/** What the program warns of: `[... INFO 7] Warning: ...` of this project's, `[... WARNING 7] ...` of the built-in one. */
function warningIn({ message }: LogLine): string | undefined {
  return (
    /^(?:\[[^\]]*\] )?Warning: (.+)/.exec(message)?.[1] ??
    /^\[[^\]]* WARNING [^\]]*\] (.+)/.exec(message)?.[1]
  );
}
