import { isNotFound } from "../aws/call.js";
import { poll, type WaitOptions } from "../aws/poll.js";
import { AwsRequestError } from "../errors.js";
import type { Session } from "../session.js";
import { hasEnded, type JobKind, type JobReference, jobName } from "./job-kinds.js";

/** The service allows a program 120 s between SIGTERM and SIGKILL, and uploads what there is. */
const STOP_TIMEOUT_MS = 30 * 60_000;

/** Stops a job of any kind and waits until it has ended; one that has ended already is left as it is. */
export async function stopJob(
  session: Session,
  kind: JobKind,
  job: JobReference,
  options: WaitOptions,
): Promise<string> {
  const name = jobName(job);
  try {
    await kind.stop(session, name, options.signal);
  } catch (error) {
    // "The request was rejected because the training job is in status Completed."
    const isOver =
      error instanceof AwsRequestError && error.code === "ValidationException" && !isNotFound(error);
    if (!isOver) throw error;
  }
  return await poll(
    `${kind.what} ${name} to stop`,
    async (signal) => {
      const status = await kind.status(session, name, signal);
      return hasEnded(status) ? { done: true, value: status } : { done: false, status };
    },
    { ...options, timeoutMs: options.timeoutMs ?? STOP_TIMEOUT_MS, logger: session.logger },
  );
}
