import type { LongWork } from "@sightline/foundation/long-work";
import { call } from "../aws/call.js";
import { ProcessingJobFailedError } from "../errors.js";
import { processingJobs } from "../jobs/job-kinds.js";
import { type JobEvent, waitForJob } from "../jobs/wait-for-job.js";
import type { WaitForJobOptions } from "../jobs/watch-job.js";
import type { Session } from "../session.js";
import type { ProcessingJob } from "./processing-job.js";

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
  return waitForJob(
    session,
    job,
    {
      kind: processingJobs,
      describe,
      limitMs: ({ limitSeconds }) => limitSeconds * 1000,
      result: ({ exitMessage, seconds }, name) => ({ name, status: "Completed", exitMessage, seconds }),
      Failed: ProcessingJobFailedError,
    },
    options,
  );
}

async function describe(session: Session, name: string, signal: AbortSignal) {
  const input = { ProcessingJobName: name };
  const found = await call(session, "sagemaker", "DescribeProcessingJob", input, { signal });
  const started = found.ProcessingStartTime?.getTime();
  const ended = found.ProcessingEndTime?.getTime();
  return {
    status: found.ProcessingJobStatus ?? "",
    failureReason: found.FailureReason ?? found.ExitMessage,
    exitMessage: found.ExitMessage,
    limitSeconds: found.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400,
    seconds: started === undefined || ended === undefined ? undefined : (ended - started) / 1000,
  };
}
