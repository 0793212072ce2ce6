import type { WaitOptions } from "../aws/poll.js";
import { trainingJobs } from "../jobs/job-kinds.js";
import { stopJob } from "../jobs/stop-job.js";
import type { Session } from "../session.js";
import type { TrainingJob } from "./training-job.js";

/**
 * Stops a job and waits until it has ended. A job that has ended already is left as it is.
 *
 * @param options `timeoutMs` default: 30 minutes
 * @returns the final status: `Stopped`, or `Completed` or `Failed` when it ended first
 * @throws AwsRequestError when there is no such job; WaitTimeoutError
 * @example
 * ```ts
 * await stopTrainingJob(session, job); // "Stopped"
 * ```
 */
export function stopTrainingJob(
  session: Session,
  job: TrainingJob | string,
  options: WaitOptions = {},
): Promise<string> {
  return stopJob(session, trainingJobs, job, options);
}
