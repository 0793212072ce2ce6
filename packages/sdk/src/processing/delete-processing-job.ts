import type { WaitOptions } from "../aws/poll.js";
import { deleteJob } from "../jobs/delete-job.js";
import { processingJobs } from "../jobs/job-kinds.js";
import type { Session } from "../session.js";
import type { ProcessingJob } from "./processing-job.js";

/**
 * Removes the record of a job, stopping it first when it runs. What it wrote to S3 stays.
 *
 * @param options `timeoutMs` of the stopping, default: 30 minutes
 * @returns false when there was none
 * @throws AwsRequestError, WaitTimeoutError
 * @example
 * ```ts
 * await deleteProcessingJob(session, "processing-20261122-045638-1a2b3c"); // true
 * ```
 */
export function deleteProcessingJob(
  session: Session,
  job: ProcessingJob | string,
  options: WaitOptions = {},
): Promise<boolean> {
  return deleteJob(session, processingJobs, job, options);
}
