import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { call } from "../aws/call.js";
import { TransformJobFailedError } from "../errors.js";
import { jobName, transformJobs } from "../jobs/job-kinds.js";
import { type JobEvent, jobFailure, tellJob, type WaitForJobOptions, watchJob } from "../jobs/watch-job.js";
import type { Session } from "../session.js";
import type { TransformJob, TransformResult } from "./transform-job.js";

const LOG_GROUP = "/aws/sagemaker/TransformJobs";
/** The service's own limit on a job. */
const LIMIT_MS = 5 * 86_400_000;

/**
 * Waits until the job has completed. Iterate it for its status and the lines of its log.
 *
 * @param job the started job, or its name
 * @param options `timeoutMs` default: 5 days and 2 hours
 * @throws TransformJobFailedError, WaitTimeoutError
 * @example
 * ```ts
 * const { outputUri } = await waitForTransformJob(session, job); // "s3://drivers/predictions/"
 * ```
 */
export function waitForTransformJob(
  session: Session,
  job: TransformJob | string,
  options: WaitForJobOptions = {},
): LongWork<JobEvent, TransformResult> {
  const name = jobName(job);
  return longWork(async (signal, tell) => {
    const { status, failureReason, outputUri } = await watchJob(
      session,
      {
        what: transformJobs.what,
        name,
        logGroup: LOG_GROUP,
        describe: (look) => describe(session, name, look),
        limitMs: () => LIMIT_MS,
        ...tellJob(tell),
      },
      options,
      signal,
    );
    if (status === "Completed") return { name, status, outputUri };
    const logged = { name, logGroup: LOG_GROUP };
    throw new TransformJobFailedError(await jobFailure(session, logged, status, failureReason));
  }, options);
}

async function describe(session: Session, name: string, signal: AbortSignal) {
  const input = { TransformJobName: name };
  const found = await call(session, "sagemaker", "DescribeTransformJob", input, { signal });
  return {
    status: found.TransformJobStatus ?? ("" as const),
    failureReason: found.FailureReason,
    outputUri: found.TransformOutput?.S3OutputPath ?? "",
  };
}
