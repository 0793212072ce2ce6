import { call, isNotFound } from "../aws/call.js";
import { AwsRequestError, TuningJobFailedError } from "../errors.js";
import type { Session } from "../session.js";
import { poll, startClock, type WaitOptions } from "../wait/poll.js";
import type { TuningCandidate, TuningEvent, TuningJob, TuningResult } from "./tuning-job.js";

export interface WaitForTuningJobOptions extends WaitOptions {
  readonly onEvent?: (event: TuningEvent) => void;
}

const ENDED: readonly string[] = ["Completed", "Failed", "Stopped"];
/** The service's own limit on a tuning job. */
const DEFAULT_TIMEOUT_MS = 30 * 86_400_000;
const STOP_TIMEOUT_MS = 30 * 60_000;

/**
 * Waits until the search has ended, and tells how it goes.
 *
 * @param options `timeoutMs` default: 30 days, the service's own limit
 * @throws TuningJobFailedError when it fails, is stopped, or no training job succeeded; WaitTimeoutError
 */
export async function waitForTuningJob(
  session: Session,
  job: TuningJob | string,
  options: WaitForTuningJobOptions = {},
): Promise<TuningResult> {
  const name = typeof job === "string" ? job : job.name;
  const { onEvent } = options;
  const clock = startClock(`tuning job ${name}`, {
    ...options,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    logger: session.logger,
  });
  let lastStatus = "";
  let lastProgress = "";
  for (;;) {
    const state = await clock.tolerate((signal) => look(session, name, signal));
    if (state !== undefined) {
      const { status, completed, running, failed, best } = state;
      if (status !== lastStatus) {
        onEvent?.({ kind: "status", status, seconds: (Date.now() - clock.startedAt) / 1000 });
        lastStatus = status;
      }
      const progress = { kind: "progress", completed, running, failed, best } as const;
      const seen = JSON.stringify(progress);
      if (seen !== lastProgress) onEvent?.(progress);
      lastProgress = seen;
      if (status === "Completed" && best !== undefined) return { name, status, best, completed, failed };
      if (ENDED.includes(status)) {
        throw new TuningJobFailedError({
          jobName: name,
          status,
          failureReason: state.failureReason ?? `${failed} training jobs failed, none succeeded`,
          logTail: [],
        });
      }
    }
    await clock.next(lastStatus);
  }
}

async function look(session: Session, name: string, signal: AbortSignal | undefined) {
  const found = await call(
    session,
    "sagemaker",
    "DescribeHyperParameterTuningJob",
    { HyperParameterTuningJobName: name },
    { signal },
  );
  const counts = found.TrainingJobStatusCounters;
  const best = found.BestTrainingJob;
  const candidate: TuningCandidate | undefined =
    best?.TrainingJobName === undefined
      ? undefined
      : {
          trainingJobName: best.TrainingJobName,
          value: best.FinalHyperParameterTuningJobObjectiveMetric?.Value,
          status: best.TrainingJobStatus ?? "",
          hyperparameters: best.TunedHyperParameters ?? {},
        };
  return {
    status: found.HyperParameterTuningJobStatus ?? "",
    failureReason: found.FailureReason,
    completed: counts?.Completed ?? 0,
    running: counts?.InProgress ?? 0,
    failed: (counts?.RetryableError ?? 0) + (counts?.NonRetryableError ?? 0),
    best: candidate,
  };
}

/** Stops a search with its training jobs, and waits until it has ended. Returns its final status. */
export async function stopTuningJob(
  session: Session,
  job: TuningJob | string,
  options: WaitOptions = {},
): Promise<string> {
  const name = typeof job === "string" ? job : job.name;
  const { signal } = options;
  const HyperParameterTuningJobName = name;
  try {
    await call(
      session,
      "sagemaker",
      "StopHyperParameterTuningJob",
      { HyperParameterTuningJobName },
      { signal },
    );
  } catch (error) {
    const ended = error instanceof AwsRequestError && error.code === "ValidationException";
    if (!ended || isNotFound(error)) throw error; // One that has ended cannot be stopped.
  }
  return poll(
    `tuning job ${name} to stop`,
    async (stop) => {
      const { status } = await look(session, name, stop);
      return ENDED.includes(status) ? { done: true, value: status } : { done: false, status };
    },
    { ...options, timeoutMs: options.timeoutMs ?? STOP_TIMEOUT_MS, logger: session.logger },
  );
}
