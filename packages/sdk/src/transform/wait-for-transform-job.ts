import type { LongWork } from "@sightline/foundation/long-work";
import { call } from "../aws/call.js";
import { TransformJobFailedError } from "../errors.js";
import { transformJobs } from "../jobs/job-kinds.js";
import { type JobEvent, waitForJob } from "../jobs/wait-for-job.js";
import type { WaitForJobOptions } from "../jobs/watch-job.js";
import type { Session } from "../session.js";
import type { TransformJob, TransformResult } from "./transform-job.js";

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
  return waitForJob(
    session,
    job,
    {
      kind: transformJobs,
      describe,
      limitMs: () => LIMIT_MS,
      result: ({ outputUri }, name) => ({ name, status: "Completed", outputUri }),
      Failed: TransformJobFailedError,
    },
    options,
  );
}

async function describe(session: Session, name: string, signal: AbortSignal) {
  const input = { TransformJobName: name };
  const found = await call(session, "sagemaker", "DescribeTransformJob", input, { signal });
  return {
    status: found.TransformJobStatus ?? "",
    failureReason: found.FailureReason,
    outputUri: found.TransformOutput?.S3OutputPath ?? "",
  };
}
