import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { call } from "../aws/call.js";
import type { WaitOptions } from "../aws/poll.js";
import { TuningJobFailedError } from "../errors.js";
import { jobName, tuningJobs } from "../jobs/job-kinds.js";
import { watchJob } from "../jobs/watch-job.js";
import type { Session } from "../session.js";
import type { TuningCandidate, TuningEvent, TuningJob, TuningResult } from "./tuning-job.js";

/** The service's own limit on a tuning job. */
const LIMIT_MS = 30 * 86_400_000;

/**
 * Waits until the search has ended. Iterate it for how it goes.
 *
 * @param job the started job, or its name
 * @param options `timeoutMs` default: 30 days, the service's own limit, and 2 hours
 * @throws TuningJobFailedError when it fails, is stopped, or no training job succeeded; WaitTimeoutError
 * @example
 * ```ts
 * const { best } = await waitForTuningJob(session, job);
 * const { model } = await waitForTrainingJob(session, best.trainingJobName);
 * ```
 */
export function waitForTuningJob(
  session: Session,
  job: TuningJob | string,
  options: WaitOptions = {},
): LongWork<TuningEvent, TuningResult> {
  const name = jobName(job);
  return longWork(
    async (signal, tell) => {
      let told = "";
      const state = await watchJob(
        session,
        {
          kind: tuningJobs,
          name,
          describe,
          limitMs: () => LIMIT_MS,
          seen: ({ status }) => status,
          status: ({ status }, seconds) => tell({ kind: "status", status, seconds }),
          async look({ completed, running, failed, best }) {
            const progress = { kind: "progress", completed, running, failed, best } as const;
            if (JSON.stringify(progress) !== told) await tell(progress);
            told = JSON.stringify(progress);
          },
        },
        options,
        signal,
      );
      const { status, completed, failed, best } = state;
      if (status === "Completed" && best !== undefined) return { name, status, best, completed, failed };
      const failureReason = state.failureReason ?? `${failed} training jobs failed, none succeeded`;
      throw new TuningJobFailedError({ jobName: name, status, failureReason, logTail: [] });
    },
    { signal: options.signal, progress: ["progress"] },
  );
}

async function describe(session: Session, name: string, signal: AbortSignal) {
  const input = { HyperParameterTuningJobName: name };
  const found = await call(session, "sagemaker", "DescribeHyperParameterTuningJob", input, { signal });
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
    status: found.HyperParameterTuningJobStatus ?? ("" as const),
    failureReason: found.FailureReason,
    completed: counts?.Completed ?? 0,
    running: counts?.InProgress ?? 0,
    failed: (counts?.RetryableError ?? 0) + (counts?.NonRetryableError ?? 0),
    best: candidate,
  };
}
