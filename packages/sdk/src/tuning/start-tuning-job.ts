import { randomBytes } from "node:crypto";
import { call, isAlreadyExisting } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { nameWithTime } from "../checks/fingerprint.js";
import { checkInteger, checkOneOf } from "../checks/numbers.js";
import { toTagList } from "../checks/tags.js";
import { InvalidInputError, ResourceConflictError } from "../errors.js";
import type { Session } from "../session.js";
import type { TrainingJobOptions } from "../training/training-options.js";
import { checkTrainingJob, toTrainingDefinition } from "../training/training-request.js";
import type { TuningJob, TuningRange } from "./tuning-job.js";

/** A search to start. */
export interface TuningJobOptions {
  /** The training jobs, as startTrainingJob() takes them. */
  readonly training: Omit<TrainingJobOptions, "name" | "aws" | "tags">;
  /** What to make large or small, for example `validation:accuracy`. */
  readonly objective: {
    /** Name of a metric of the algorithm, for example `validation:accuracy`. */
    readonly metric: string;
    /** Whether large or small is good. */
    readonly direction: "maximize" | "minimize";
  };
  /** The hyperparameters to tune, by their names as sent; they replace what `training` says of them. */
  readonly ranges: Readonly<Record<string, TuningRange>>;
  /** Training jobs in all, 1 to 750. */
  readonly maxJobs: number;
  /** Training jobs at a time, 1 to 100. Fewer learn more from each other. Default 1. */
  readonly maxParallelJobs?: number;
  /** Default `Bayesian`. */
  readonly strategy?: "Bayesian" | "Random" | "Hyperband" | "Grid";
  /** Let the service end training jobs that promise nothing. Default false. */
  readonly earlyStopping?: boolean;
  /** At most 32 characters. Default: made of the time and chance. */
  readonly name?: string;
  /** Tags of what is made, beside the session's; at most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of CreateHyperParameterTuningJob. */
  readonly aws?: RawParameters;
}

/**
 * Starts a search for the best hyperparameters over many training jobs.
 *
 * @throws InvalidInputError naming the field, the rule and the remedy.
 * @example
 * const job = await startTuningJob(session, {
 *   training: { algorithm, channels, instance: { type: "ml.p3.2xlarge" } },
 *   objective: { metric: "validation:accuracy", direction: "maximize" },
 *   ranges: { learning_rate: { kind: "continuous", min: 1e-4, max: 0.1, scale: "Logarithmic" } },
 *   maxJobs: 12, maxParallelJobs: 3,
 * });
 */
export async function startTuningJob(session: Session, options: TuningJobOptions): Promise<TuningJob> {
  checkTuningJob(options);
  const { training, objective, ranges, signal } = options;
  const { image, definition } = await toTrainingDefinition(session, training);
  // "tuning-20261122-045638-1a2b3c" has 29 of the 32 characters.
  const name = options.name ?? nameWithTime("tuning", new Date(), randomBytes(3).toString("hex"));
  const fixed = Object.entries(training.algorithm.hyperparameters).filter(
    ([key]) => ranges[key] === undefined,
  );
  const request = {
    HyperParameterTuningJobName: name,
    HyperParameterTuningJobConfig: {
      Strategy: options.strategy ?? ("Bayesian" as const),
      HyperParameterTuningJobObjective: {
        Type: objective.direction === "maximize" ? ("Maximize" as const) : ("Minimize" as const),
        MetricName: objective.metric,
      },
      ResourceLimits: {
        MaxNumberOfTrainingJobs: options.maxJobs,
        MaxParallelTrainingJobs: options.maxParallelJobs ?? 1,
      },
      ParameterRanges: toParameterRanges(ranges),
      TrainingJobEarlyStoppingType: options.earlyStopping ? ("Auto" as const) : ("Off" as const),
    },
    TrainingJobDefinition: { StaticHyperParameters: Object.fromEntries(fixed), ...definition },
    Tags: toTagList(session, options.tags),
  };
  try {
    const made = await call(session, "sagemaker", "CreateHyperParameterTuningJob", request, {
      signal,
      raw: options.aws,
    });
    return { kind: "tuning-job", name, arn: made.HyperParameterTuningJobArn ?? "", image };
  } catch (error) {
    if (!isAlreadyExisting(error)) throw error;
    if (options.name !== undefined) {
      const message = `Tuning job ${name} exists already. Choose another name, or leave it out.`;
      throw new ResourceConflictError(name, message, { cause: error });
    }
    // The name is new each time: this is our own request, sent again by the AWS client.
    const HyperParameterTuningJobName = name;
    const found = await call(
      session,
      "sagemaker",
      "DescribeHyperParameterTuningJob",
      { HyperParameterTuningJobName },
      { signal },
    );
    return { kind: "tuning-job", name, arn: found.HyperParameterTuningJobArn ?? "", image };
  }
}

function checkTuningJob(options: TuningJobOptions): void {
  options.signal?.throwIfAborted();
  checkTrainingJob(options.training);
  if (options.name !== undefined && !/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/.test(options.name)) {
    throw new InvalidInputError(
      "name",
      "1 to 32 letters, digits and hyphens between them",
      options.name,
      "Shorten it.",
    );
  }
  checkInteger("maxJobs", options.maxJobs, 1, 750);
  checkInteger("maxParallelJobs", options.maxParallelJobs, 1, Math.min(100, options.maxJobs));
  checkOneOf("strategy", options.strategy, ["Bayesian", "Random", "Hyperband", "Grid"]);
  const { metrics } = options.training.algorithm;
  if (!metrics.some(({ name }) => name === options.objective.metric)) {
    const known = metrics.map(({ name }) => name).join(", ");
    throw new InvalidInputError(
      "objective.metric",
      `one of ${known}`,
      options.objective.metric,
      "Choose one of these.",
    );
  }
  const entries = Object.entries(options.ranges);
  if (entries.length < 1 || entries.length > 30) {
    throw new InvalidInputError(
      "ranges",
      "1 to 30 hyperparameters",
      entries.length,
      "Tune a few that matter.",
    );
  }
  for (const [name, range] of entries) checkRange(name, range);
}

function checkRange(name: string, range: TuningRange): void {
  const field = `ranges.${name}`;
  if (range.kind === "categorical") {
    checkInteger(`${field}.values`, range.values.length, 1, 30, "Give 1 to 30 values.");
    return;
  }
  const isNumber = range.kind === "integer" ? Number.isInteger : Number.isFinite;
  if (!isNumber(range.min) || !isNumber(range.max) || range.min >= range.max) {
    throw new InvalidInputError(
      field,
      "a range from a smaller to a larger number",
      range,
      "Check min and max.",
    );
  }
  if (range.scale === "Logarithmic" && range.min <= 0) {
    throw new InvalidInputError(
      `${field}.min`,
      "above 0 on a logarithmic scale",
      range.min,
      "For example 0.0001.",
    );
  }
}

function toParameterRanges(ranges: Readonly<Record<string, TuningRange>>) {
  const entries = Object.entries(ranges);
  const numbers = (kind: "continuous" | "integer") =>
    entries.flatMap(([Name, range]) =>
      range.kind !== kind
        ? []
        : [
            {
              Name,
              MinValue: String(range.min),
              MaxValue: String(range.max),
              ScalingType: range.scale ?? ("Auto" as const),
            },
          ],
    );
  return {
    ContinuousParameterRanges: numbers("continuous"),
    IntegerParameterRanges: numbers("integer"),
    CategoricalParameterRanges: entries.flatMap(([Name, range]) =>
      range.kind === "categorical" ? [{ Name, Values: [...range.values] }] : [],
    ),
  };
}
