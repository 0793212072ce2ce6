import { call, isNotFound } from "../aws/call.js";
import { AwsRequestError } from "../errors.js";
import type { Session } from "../session.js";
import { poll, type WaitOptions } from "../wait/poll.js";
import type { TrainingJob } from "./training-job.js";

const ENDED: readonly string[] = ["Completed", "Failed", "Stopped"];
/** The service allows a program 120 s between SIGTERM and SIGKILL, and uploads what there is. */
const STOP_TIMEOUT_MS = 30 * 60_000;

/**
 * Stops a job and waits until it has ended. A job that has ended already is left as it is.
 *
 * @returns the final status: `Stopped`, or `Completed` or `Failed` when it ended first
 */
export async function stopTrainingJob(
  session: Session,
  job: TrainingJob | string,
  options: WaitOptions = {},
): Promise<string> {
  const TrainingJobName = typeof job === "string" ? job : job.name;
  const { signal } = options;
  try {
    await call(session, "sagemaker", "StopTrainingJob", { TrainingJobName }, { signal });
  } catch (error) {
    // "The request was rejected because the training job is in status Completed."
    const ended =
      error instanceof AwsRequestError && error.code === "ValidationException" && !isNotFound(error);
    if (!ended) throw error;
  }
  return poll(
    `training job ${TrainingJobName} to stop`,
    async (look) => {
      const { TrainingJobStatus = "" } = await call(
        session,
        "sagemaker",
        "DescribeTrainingJob",
        { TrainingJobName },
        { signal: look },
      );
      return ENDED.includes(TrainingJobStatus)
        ? { done: true, value: TrainingJobStatus }
        : { done: false, status: TrainingJobStatus };
    },
    { ...options, timeoutMs: options.timeoutMs ?? STOP_TIMEOUT_MS, logger: session.logger },
  );
}

/**
 * Removes the record of a job, stopping it first when it runs. What it wrote to S3 stays.
 *
 * @returns false when there was none
 */
export async function deleteTrainingJob(
  session: Session,
  job: TrainingJob | string,
  options: WaitOptions = {},
): Promise<boolean> {
  const TrainingJobName = typeof job === "string" ? job : job.name;
  const { signal } = options;
  try {
    const { TrainingJobStatus = "" } = await call(
      session,
      "sagemaker",
      "DescribeTrainingJob",
      { TrainingJobName },
      { signal },
    );
    if (!ENDED.includes(TrainingJobStatus)) await stopTrainingJob(session, job, options);
    await call(session, "sagemaker", "DeleteTrainingJob", { TrainingJobName }, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
