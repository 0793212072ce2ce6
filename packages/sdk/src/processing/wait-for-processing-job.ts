import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { call } from "../aws/call.js";
import { ProcessingJobFailedError } from "../errors.js";
import { jobName, processingJobs } from "../jobs/job-kinds.js";
import { type JobEvent, jobFailure, tellJob, type WaitForJobOptions, watchJob } from "../jobs/watch-job.js";
import type { Session } from "../session.js";
import type { ProcessingJob } from "./processing-job.js";

const LOG_GROUP = "/aws/sagemaker/ProcessingJobs";

/** A processing job that has completed. */
export interface ProcessingResult {
  /** Its name, as SageMaker knows it. */
  readonly name: string;
  /** It has completed. */
  readonly status: "Completed";
  /** What the program wrote for /opt/ml/output/message, if anything. */
  readonly exitMessage: string | undefined;
  /** Seconds that it ran, or undefined when the service does not say. */
  readonly seconds: number | undefined;
}

/**
 * Waits until the job has completed. Iterate it for its status and the lines of its log.
 *
 * @param job the started job, or its name
 * @param options `timeoutMs` default: the job's own limit and two hours
 * @throws ProcessingJobFailedError, WaitTimeoutError
 * @example
 * ```ts
 * const { exitMessage } = await waitForProcessingJob(session, job); // "train.rec: 22,424 records of 8 parts"
 * ```
 */
export function waitForProcessingJob(
  session: Session,
  job: ProcessingJob | string,
  options: WaitForJobOptions = {},
): LongWork<JobEvent, ProcessingResult> {
  const name = jobName(job);
  return longWork(async (signal, tell) => {
    const state = await watchJob(
      session,
      {
        what: processingJobs.what,
        name,
        logGroup: LOG_GROUP,
        describe: (look) => describe(session, name, look),
        limitMs: ({ limitSeconds }) => limitSeconds * 1000,
        ...tellJob(tell),
      },
      options,
      signal,
    );
    const { status, failureReason, exitMessage, seconds } = state;
    if (status === "Completed") return { name, status, exitMessage, seconds };
    const logged = { name, logGroup: LOG_GROUP };
    throw new ProcessingJobFailedError(await jobFailure(session, logged, status, failureReason));
  }, options);
}

async function describe(session: Session, name: string, signal: AbortSignal) {
  const input = { ProcessingJobName: name };
  const found = await call(session, "sagemaker", "DescribeProcessingJob", input, { signal });
  const started = found.ProcessingStartTime?.getTime();
  const ended = found.ProcessingEndTime?.getTime();
  return {
    status: found.ProcessingJobStatus ?? ("" as const),
    failureReason: found.FailureReason ?? found.ExitMessage,
    exitMessage: found.ExitMessage,
    limitSeconds: found.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400,
    seconds: started === undefined || ended === undefined ? undefined : (ended - started) / 1000,
  };
}
