import { call, isNotFound } from "../aws/call.js";
import { ProcessingJobFailedError } from "../errors.js";
import type { Session } from "../session.js";
import { poll, type WaitOptions } from "../wait/poll.js";
import { type JobState, type WaitForJobOptions, watchJob } from "./job-watch.js";
import type { ProcessingJob } from "./start-processing-job.js";

const LOG_GROUP = "/aws/sagemaker/ProcessingJobs";
const ENDED: readonly string[] = ["Completed", "Failed", "Stopped"];
/** What a wait adds to the job's own limit for finding capacity, downloading and uploading. */
const QUEUE_MS = 2 * 3_600_000;
const STOP_TIMEOUT_MS = 30 * 60_000;

/** A processing job that has completed. */
export interface ProcessingResult {
  readonly name: string;
  readonly status: "Completed";
  /** What the program wrote for /opt/ml/output/message, if anything. */
  readonly exitMessage: string | undefined;
  readonly seconds: number | undefined;
}

/**
 * Waits until the job has completed.
 *
 * @param options `timeoutMs` default: the job's own limit and two hours
 * @throws ProcessingJobFailedError, WaitTimeoutError
 */
export async function waitForProcessingJob(
  session: Session,
  job: ProcessingJob | string,
  options: WaitForJobOptions = {},
): Promise<ProcessingResult> {
  const name = typeof job === "string" ? job : job.name;
  const describe = async (signal: AbortSignal) => {
    const found = await call(
      session,
      "sagemaker",
      "DescribeProcessingJob",
      { ProcessingJobName: name },
      { signal },
    );
    const started = found.ProcessingStartTime?.getTime();
    const ended = found.ProcessingEndTime?.getTime();
    return {
      status: found.ProcessingJobStatus ?? "",
      failureReason: found.FailureReason ?? found.ExitMessage,
      exitMessage: found.ExitMessage,
      limitSeconds: found.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400,
      seconds: started === undefined || ended === undefined ? undefined : (ended - started) / 1000,
    } satisfies JobState & Record<string, unknown>;
  };
  const { limitSeconds } = await poll(
    `processing job ${name}`,
    async (signal) => ({ done: true, value: await describe(signal) }),
    { ...options, timeoutMs: options.timeoutMs ?? QUEUE_MS, logger: session.logger },
  );
  const state = await watchJob(
    session,
    {
      what: "processing job",
      name,
      logGroup: LOG_GROUP,
      timeoutMs: limitSeconds * 1000 + QUEUE_MS,
      describe,
      failed: (failure) => new ProcessingJobFailedError(failure),
    },
    options,
  );
  return { name, status: "Completed", exitMessage: state.exitMessage, seconds: state.seconds };
}

/**
 * Removes the record of a job, stopping it first when it runs. What it wrote to S3 stays.
 *
 * @returns false when there was none
 */
export async function deleteProcessingJob(
  session: Session,
  job: ProcessingJob | string,
  options: WaitOptions = {},
): Promise<boolean> {
  const ProcessingJobName = typeof job === "string" ? job : job.name;
  const { signal } = options;
  const status = async (signal: AbortSignal | undefined) =>
    (await call(session, "sagemaker", "DescribeProcessingJob", { ProcessingJobName }, { signal }))
      .ProcessingJobStatus ?? "";
  try {
    if (!ENDED.includes(await status(signal))) {
      await call(session, "sagemaker", "StopProcessingJob", { ProcessingJobName }, { signal });
      await poll(
        `processing job ${ProcessingJobName} to stop`,
        async (look) => {
          const now = await status(look);
          return ENDED.includes(now) ? { done: true, value: now } : { done: false, status: now };
        },
        { ...options, timeoutMs: options.timeoutMs ?? STOP_TIMEOUT_MS, logger: session.logger },
      );
    }
    await call(session, "sagemaker", "DeleteProcessingJob", { ProcessingJobName }, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
