import type { WaitOptions } from "../aws/poll.js";
import { tuningJobs } from "../jobs/job-kinds.js";
import { stopJob } from "../jobs/stop-job.js";
import type { Session } from "../session.js";
import type { TuningJob } from "./tuning-job.js";

/**
 * Stops a search with its training jobs, and waits until it has ended. One that has ended already is left as it is.
 *
 * @param options `timeoutMs` default: 30 minutes
 * @returns the final status: `Stopped`, or `Completed` or `Failed` when it ended first
 * @throws AwsRequestError when there is no such job; WaitTimeoutError
 * @example
 * ```ts
 * await stopTuningJob(session, job); // "Stopped"
 * ```
 */
export function stopTuningJob(
  session: Session,
  job: TuningJob | string,
  options: WaitOptions = {},
): Promise<string> {
  return stopJob(session, tuningJobs, job, options);
}
