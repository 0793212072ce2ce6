import { isNotFound } from "../aws/call.js";
import type { WaitOptions } from "../aws/poll.js";
import type { Session } from "../session.js";
import { type DeletableJobKind, hasEnded, type JobReference, jobName } from "./job-kinds.js";
import { stopJob } from "./stop-job.js";

/** Removes a job's record, stopping it first when it runs. False when there was none. */
export async function deleteJob(
  session: Session,
  kind: DeletableJobKind,
  job: JobReference,
  options: WaitOptions,
): Promise<boolean> {
  const name = jobName(job);
  try {
    if (!hasEnded(await kind.status(session, name, options.signal)))
      await stopJob(session, kind, name, options);
    await kind.remove(session, name, options.signal);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
