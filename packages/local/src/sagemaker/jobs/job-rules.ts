import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import type { RunnableJob } from "./job-runner.js";

/** A stored job, as far as these rules look at it. */
interface NamedJob extends RunnableJob {
  readonly arn: string;
}

/** What SageMaker's messages call a job. */
export type JobKind = "training" | "processing" | "transform";

/** Refuses a name that another job of this kind has or had. */
export function refuseTwin(jobs: RecordStore<NamedJob>, name: string, kind: JobKind): void {
  const twin = jobs.get(name);
  if (twin === undefined) return;
  throw new AwsError(
    "ResourceInUse",
    `Job name must be unique within an AWS account and region, and a ${kind} job with this name already exists (${twin.arn})`,
  );
}

/** Refuses to delete a job that still runs. */
export function refuseRunning(job: NamedJob, kind: JobKind): void {
  if (job.status !== "InProgress" && job.status !== "Stopping") return;
  throw new AwsError("ValidationException", `The ${kind} job ${job.arn} is still running. Stop it first.`);
}

/**
 * Whether a job is to be stopped; false when it is being stopped already.
 *
 * @throws AwsError ValidationException for a job that has ended
 */
export function mayStop(job: NamedJob, kind: JobKind): boolean {
  if (job.status === "InProgress") return true;
  if (job.status === "Stopping") return false;
  throw new AwsError(
    "ValidationException",
    kind === "training"
      ? `The request was rejected because the training job is in status ${job.status}.`
      : `The ${kind} job is in status ${job.status} and cannot be stopped.`,
  );
}
