import type { WaitOptions } from "../aws/poll.js";
import { deleteJob } from "../jobs/delete-job.js";
import { trainingJobs } from "../jobs/job-kinds.js";
import type { Session } from "../session.js";
import type { TrainingJob } from "./training-job.js";

/**
 * Removes the record of a job, stopping it first when it runs. What it wrote to S3 stays.
 *
 * @param options `timeoutMs` of the stopping, default: 30 minutes
 * @returns false when there was none
 * @throws AwsRequestError, WaitTimeoutError
 * @example
 * ```ts
 * await deleteTrainingJob(session, "drivers-1"); // true
 * ```
 */
export function deleteTrainingJob(
  session: Session,
  job: TrainingJob | string,
  options: WaitOptions = {},
): Promise<boolean> {
  return deleteJob(session, trainingJobs, job, options);
}
