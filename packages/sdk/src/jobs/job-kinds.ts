import { call } from "../aws/call.js";
import type { Session } from "../session.js";

/** A kind of job: what it is called, and the requests that every kind has. */
export interface JobKind {
  /** For messages, for example `training job`. */
  readonly what: string;
  /** Where the service keeps the log of its jobs; undefined where a job has none of its own. */
  readonly logGroup: string | undefined;
  /** Status of a job by its name: `InProgress`, `Stopping`, `Completed`, `Failed`, `Stopped`. */
  status(session: Session, name: string, signal: AbortSignal | undefined): Promise<string>;
  /** Asks for its end, without waiting. */
  stop(session: Session, name: string, signal: AbortSignal | undefined): Promise<unknown>;
}

/** A kind whose record can be removed. */
export interface DeletableJobKind extends JobKind {
  /** Removes the record of a job that has ended. */
  remove(session: Session, name: string, signal: AbortSignal | undefined): Promise<unknown>;
}

/** A job that was started, or its name. */
export type JobReference = { readonly name: string } | string;

/** The name of a job. */
export function jobName(job: JobReference): string {
  return typeof job === "string" ? job : job.name;
}

/** Whether a job of that status has ended. */
export function hasEnded(status: string): boolean {
  return status === "Completed" || status === "Failed" || status === "Stopped";
}

/** Jobs of startTrainingJob(). */
export const trainingJobs: DeletableJobKind = {
  what: "training job",
  logGroup: "/aws/sagemaker/TrainingJobs",
  async status(session, TrainingJobName, signal) {
    const found = await call(session, "sagemaker", "DescribeTrainingJob", { TrainingJobName }, { signal });
    return found.TrainingJobStatus ?? "";
  },
  stop: (session, TrainingJobName, signal) =>
    call(session, "sagemaker", "StopTrainingJob", { TrainingJobName }, { signal }),
  remove: (session, TrainingJobName, signal) =>
    call(session, "sagemaker", "DeleteTrainingJob", { TrainingJobName }, { signal }),
};

/** Jobs of startProcessingJob(). */
export const processingJobs: DeletableJobKind = {
  what: "processing job",
  logGroup: "/aws/sagemaker/ProcessingJobs",
  async status(session, ProcessingJobName, signal) {
    const input = { ProcessingJobName };
    const found = await call(session, "sagemaker", "DescribeProcessingJob", input, { signal });
    return found.ProcessingJobStatus ?? "";
  },
  stop: (session, ProcessingJobName, signal) =>
    call(session, "sagemaker", "StopProcessingJob", { ProcessingJobName }, { signal }),
  remove: (session, ProcessingJobName, signal) =>
    call(session, "sagemaker", "DeleteProcessingJob", { ProcessingJobName }, { signal }),
};

/** Jobs of startTransformJob(). */
export const transformJobs: JobKind = {
  what: "transform job",
  logGroup: "/aws/sagemaker/TransformJobs",
  async status(session, TransformJobName, signal) {
    const found = await call(session, "sagemaker", "DescribeTransformJob", { TransformJobName }, { signal });
    return found.TransformJobStatus ?? "";
  },
  stop: (session, TransformJobName, signal) =>
    call(session, "sagemaker", "StopTransformJob", { TransformJobName }, { signal }),
};

/** Jobs of startTuningJob(). */
export const tuningJobs: JobKind = {
  what: "tuning job",
  // Each of its training jobs has one.
  logGroup: undefined,
  async status(session, name, signal) {
    const input = { HyperParameterTuningJobName: name };
    const found = await call(session, "sagemaker", "DescribeHyperParameterTuningJob", input, { signal });
    return found.HyperParameterTuningJobStatus ?? "";
  },
  stop: (session, name, signal) =>
    call(
      session,
      "sagemaker",
      "StopHyperParameterTuningJob",
      { HyperParameterTuningJobName: name },
      { signal },
    ),
};
