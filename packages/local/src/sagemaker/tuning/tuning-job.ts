import { optionalDate } from "../jobs/job-times.js";
import type { SageMakerInput, SageMakerOutput } from "../operation-types.js";
import type { Choice, ParameterRanges } from "./parameter-ranges.js";
import { resourcesOf } from "./trial-resources.js";

/** The CreateHyperParameterTuningJob call, of a job with one definition. */
export type TuningRequest = SageMakerInput<"CreateHyperParameterTuningJob"> & {
  readonly TrainingJobDefinition: object;
};

/** A tuning job as it is kept. */
export interface TuningJob {
  readonly name: string;
  readonly arn: string;
  readonly request: TuningRequest;
  /** What the choices at random are made of. */
  readonly seed: string;
  /** ms since 1970, as all times here. */
  readonly created: number;
  readonly modified: number;
  readonly endedMs?: number;
  readonly status: "InProgress" | "Stopping" | "Completed" | "Failed" | "Stopped";
  readonly failureReason?: string;
}

/** A training job of a tuning job, as it is kept. */
export interface Trial {
  readonly tuningJob: string;
  /** Its number, counted from 0. */
  readonly index: number;
  /** Of the training job; a trial that a stopped server cut off gets another. */
  readonly name: string;
  readonly arn: string;
  readonly tuned: Choice;
  /** Of the training job's creation. */
  readonly created: number;
  /** As listings want it. */
  readonly modified: number;
  readonly status: "InProgress" | "Completed" | "Failed" | "Stopped";
  /** The objective, value by value. */
  readonly values: readonly number[];
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly failureReason?: string;
}

/** The objective of a tuning job. */
export function objectiveOf({ request }: Pick<TuningJob, "request">) {
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = request;
  return definition.TuningObjective ?? config.HyperParameterTuningJobObjective;
}

/** The ranges of a tuning job. */
export function rangesOf({ request }: Pick<TuningJob, "request">): ParameterRanges {
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = request;
  return definition.HyperParameterRanges ?? config.ParameterRanges ?? {};
}

/** Whether one value of a job's objective is better than another. */
export function isBetterFor(job: Pick<TuningJob, "request">): (a: number, b: number) => boolean {
  return objectiveOf(job)?.Type === "Minimize" ? (a, b) => a < b : (a, b) => a > b;
}

/** The best trial that has ended with a value; undefined while none has. */
export function bestOf(job: TuningJob, trials: readonly Trial[]): Trial | undefined {
  const isBetter = isBetterFor(job);
  return trials
    .filter(({ status, values }) => (status === "Completed" || status === "Stopped") && values.length > 0)
    .reduce<Trial | undefined>(
      (best, trial) =>
        best === undefined || isBetter(trial.values.at(-1)!, best.values.at(-1)!) ? trial : best,
      undefined,
    );
}

/** A trial as the answers name it. */
export function showTrial(job: TuningJob, trial: Trial) {
  const objective = objectiveOf(job);
  const value = trial.values.at(-1);
  const ended = trial.status !== "InProgress";
  return {
    TrainingJobDefinitionName: job.request.TrainingJobDefinition.DefinitionName,
    TrainingJobName: trial.name,
    TrainingJobArn: trial.arn,
    CreationTime: new Date(trial.created),
    TrainingStartTime: optionalDate(trial.startedMs),
    TrainingEndTime: optionalDate(trial.endedMs),
    TrainingJobStatus: trial.status,
    TunedHyperParameters: trial.tuned,
    FailureReason: trial.failureReason,
    FinalHyperParameterTuningJobObjectiveMetric:
      value === undefined || !ended
        ? undefined
        : { Type: objective?.Type, MetricName: objective?.MetricName ?? "", Value: value },
    ObjectiveStatus: objectiveStatus(trial),
  };
}

/** How many trials are in which state. */
export function countersOf(trials: readonly Trial[]) {
  const count = (status: Trial["status"]) => trials.filter((trial) => trial.status === status).length;
  const objective = (status: string) => trials.filter((trial) => objectiveStatus(trial) === status).length;
  return {
    TrainingJobStatusCounters: {
      Completed: count("Completed"),
      InProgress: count("InProgress"),
      RetryableError: 0,
      NonRetryableError: count("Failed"),
      Stopped: count("Stopped"),
    },
    ObjectiveStatusCounters: {
      Succeeded: objective("Succeeded"),
      Pending: objective("Pending"),
      Failed: objective("Failed"),
    },
  };
}

/** What DescribeHyperParameterTuningJob answers. */
export function describeTuningJob(
  job: TuningJob,
  trials: readonly Trial[],
): SageMakerOutput<"DescribeHyperParameterTuningJob"> {
  const best = bestOf(job, trials);
  const definition = job.request.TrainingJobDefinition;
  const seconds = trials.reduce(
    (sum, { startedMs, endedMs }) =>
      startedMs === undefined || endedMs === undefined ? sum : sum + Math.ceil((endedMs - startedMs) / 1000),
    0,
  );
  return {
    HyperParameterTuningJobName: job.name,
    HyperParameterTuningJobArn: job.arn,
    HyperParameterTuningJobConfig: job.request.HyperParameterTuningJobConfig,
    // Also where the flexible form was asked for: the Python SDK always sends that, and reads this when it attaches to a job.
    TrainingJobDefinition: { ...definition, ResourceConfig: resourcesOf(definition) },
    HyperParameterTuningJobStatus: job.status,
    CreationTime: new Date(job.created),
    LastModifiedTime: new Date(job.modified),
    HyperParameterTuningEndTime: optionalDate(job.endedMs),
    ...countersOf(trials),
    BestTrainingJob: best === undefined ? undefined : showTrial(job, best),
    FailureReason: job.failureReason,
    ConsumedResources: { RuntimeInSeconds: seconds },
  };
}

function objectiveStatus({ status, values }: Trial): "Succeeded" | "Pending" | "Failed" {
  if (status === "InProgress") return "Pending";
  return status !== "Failed" && values.length > 0 ? "Succeeded" : "Failed";
}
