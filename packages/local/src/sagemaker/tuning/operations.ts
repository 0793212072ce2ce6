import { randomBytes } from "node:crypto";
import { arn as arnOf } from "../../arn.js";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import { listPage } from "../listing.js";
import type { SageMakerOperations } from "../operation-types.js";
import type { TagStore } from "../tags.js";
import { type FinalMetric, metricDefinitions } from "../training/metrics.js";
import type { TrainingService } from "../training/operations.js";
import type { TuningOperation } from "./honoured-inputs.js";
import { checkRanges } from "./parameter-ranges.js";
import { type RunningTuning, runTuningJob, searchOf, trialKey, trialsOf } from "./run-job.js";
import { trialRequest } from "./trial-request.js";
import {
  countersOf,
  describeTuningJob,
  objectiveOf,
  rangesOf,
  showTrial,
  type Trial,
  type TuningJob,
  type TuningRequest,
} from "./tuning-job.js";

/** Tuning jobs: the operations, and what training and the server's life need. */
export interface TuningService {
  readonly operations: SageMakerOperations<TuningOperation>;
  /** Told of every value that a training job prints. */
  onMetric(trainingJob: string, metric: FinalMetric): void;
  /** Resolves when every running job has ended, or laid its work down. */
  settled(): Promise<void>;
}

/** Makes the tuning operations over the stored jobs; those that a former server left unfinished are taken up. */
export function createTuningService(cloud: Cloud, tags: TagStore, training: TrainingService): TuningService {
  const jobs = cloud.records.open<TuningJob>("tuning-jobs");
  const trials = cloud.records.open<Trial>("tuning-trials");
  const running = new Map<
    string,
    RunningTuning & { readonly stop: AbortController; readonly done: Promise<void> }
  >();

  const find = (name: string): TuningJob => {
    const job = jobs.get(name);
    if (job !== undefined) return job;
    throw new AwsError("ResourceNotFound", "Amazon SageMaker can't find a tuning job with that name.");
  };
  const start = (job: TuningJob): void => {
    const stop = new AbortController();
    const tuning = runTuningJob(cloud, training, trials, job, stop.signal);
    const done = tuning.ended
      .catch((error: unknown) => ({
        status: "Failed" as const,
        failureReason: `InternalServerError: ${String(error)}`,
      }))
      .then((ending) => {
        running.delete(job.name);
        if (ending === undefined) return;
        const endedMs = Date.now();
        jobs.update(job.name, { ...ending, endedMs, modified: endedMs });
        cloud.logger.info(`The tuning job ${job.name}: ${ending.failureReason ?? ending.status}`);
      });
    running.set(job.name, { ...tuning, stop, done });
  };

  for (const job of jobs.all()) {
    if (job.status === "InProgress") start(job);
    if (job.status === "Stopping") {
      const endedMs = Date.now();
      for (const trial of trialsOf(trials, job)) {
        if (trial.status === "InProgress")
          trials.set(trialKey(trial), { ...trial, status: "Stopped", endedMs });
      }
      jobs.update(job.name, { status: "Stopped", endedMs, modified: endedMs });
    }
  }

  return {
    onMetric(trainingJob, metric) {
      for (const tuning of running.values()) tuning.onMetric(trainingJob, metric);
    },
    settled: async () => {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
    operations: {
      async CreateHyperParameterTuningJob({ TrainingJobDefinition, ...input }) {
        const name = input.HyperParameterTuningJobName;
        if (TrainingJobDefinition === undefined) throw invalid("A tuning job needs a TrainingJobDefinition.");
        const refuseTwin = () => {
          if (!jobs.has(name)) return;
          const why = "Hyper parameter tuning job name must be unique within an AWS account and region";
          throw new AwsError("ResourceInUse", `${why}, and one of the name ${name} already exists.`);
        };
        refuseTwin();
        const now = Date.now();
        const job: TuningJob = {
          name,
          arn: arnOf(cloud, "sagemaker", `hyper-parameter-tuning-job/${name.toLowerCase()}`),
          request: { ...input, TrainingJobDefinition: withObjective(input, TrainingJobDefinition) },
          seed: String(input.HyperParameterTuningJobConfig.RandomSeed ?? randomBytes(8).toString("hex")),
          created: now,
          modified: now,
          status: "InProgress",
        };
        checkJob(job);
        // The first of its training jobs is looked at as a whole, so that what none of them can do is refused now.
        await training.check(trialRequest(job, `${name}-001`, {}));
        refuseTwin();
        tags.create(job.arn, input.Tags);
        jobs.set(name, job);
        start(jobs.get(name)!);
        return { HyperParameterTuningJobArn: job.arn };
      },
      DescribeHyperParameterTuningJob({ HyperParameterTuningJobName: name }) {
        const job = find(name);
        return describeTuningJob(job, trialsOf(trials, job));
      },
      ListHyperParameterTuningJobs(input) {
        const { items, nextToken } = listPage(jobs.all(), input);
        return {
          HyperParameterTuningJobSummaries: items.map((job) => ({
            HyperParameterTuningJobName: job.name,
            HyperParameterTuningJobArn: job.arn,
            HyperParameterTuningJobStatus: job.status,
            Strategy: job.request.HyperParameterTuningJobConfig.Strategy,
            CreationTime: new Date(job.created),
            HyperParameterTuningEndTime: job.endedMs === undefined ? undefined : new Date(job.endedMs),
            LastModifiedTime: new Date(job.modified),
            ...countersOf(trialsOf(trials, job)),
            ResourceLimits: job.request.HyperParameterTuningJobConfig.ResourceLimits,
          })),
          NextToken: nextToken,
        };
      },
      ListTrainingJobsForHyperParameterTuningJob(input) {
        const job = find(input.HyperParameterTuningJobName);
        const { items, nextToken } = listPage(
          trialsOf(trials, job),
          { SortOrder: "Ascending", ...input },
          (trial) =>
            input.SortBy === "FinalObjectiveMetricValue"
              ? (trial.values.at(-1) ?? Number.NEGATIVE_INFINITY)
              : undefined,
        );
        return {
          TrainingJobSummaries: items.map((trial) => showTrial(job, trial)),
          NextToken: nextToken,
        };
      },
      StopHyperParameterTuningJob({ HyperParameterTuningJobName: name }) {
        const { status } = find(name);
        if (status === "Stopping") return {};
        if (status !== "InProgress") {
          throw invalid(`The request was rejected because the tuning job is in status ${status}.`);
        }
        jobs.update(name, { status: "Stopping", modified: Date.now() });
        running.get(name)?.stop.abort();
        return {};
      },
      DeleteHyperParameterTuningJob({ HyperParameterTuningJobName: name }) {
        const job = find(name);
        if (running.has(name)) throw invalid(`The tuning job ${job.arn} is still running. Stop it first.`);
        for (const trial of trialsOf(trials, job)) trials.delete(trialKey(trial));
        jobs.delete(name);
        tags.remove(job.arn);
        return {};
      },
    },
  };
}

/** A definition that tells the container what is looked for; SageMaker adds it, and clients expect it in descriptions. */
function withObjective(
  { HyperParameterTuningJobConfig: config }: Pick<TuningRequest, "HyperParameterTuningJobConfig">,
  definition: TuningRequest["TrainingJobDefinition"],
): TuningRequest["TrainingJobDefinition"] {
  const objective = definition.TuningObjective ?? config.HyperParameterTuningJobObjective;
  if (objective === undefined) return definition;
  const told = { _tuning_objective_metric: objective.MetricName };
  return { ...definition, StaticHyperParameters: { ...definition.StaticHyperParameters, ...told } };
}

/** @throws AwsError ValidationException for what AWS refuses */
function checkJob(job: TuningJob): void {
  const { HyperParameterTuningJobConfig: config, TrainingJobDefinition: definition } = job.request;
  checkRanges(rangesOf(job), config.Strategy);
  const objective = objectiveOf(job);
  if (objective === undefined) throw invalid("A tuning job needs an objective.");
  const known = metricDefinitions(definition.AlgorithmSpecification).map(({ Name }) => Name);
  if (!known.includes(objective.MetricName)) {
    const shown = known.length === 0 ? "none" : known.join(", ");
    throw invalid(`The objective metric ${objective.MetricName} is not one of the algorithm's: ${shown}.`);
  }
  const { MaxNumberOfTrainingJobs: most, MaxParallelTrainingJobs: parallel } = config.ResourceLimits;
  if (config.Strategy !== "Grid" && most === undefined) {
    throw invalid("MaxNumberOfTrainingJobs is required but for the Grid strategy.");
  }
  if (most !== undefined && parallel > most) {
    throw invalid("MaxParallelTrainingJobs must not be larger than MaxNumberOfTrainingJobs.");
  }
  const isHyperband = config.Strategy === "Hyperband";
  const { count } = searchOf(job);
  if (config.Strategy === "Grid" && most !== undefined && most !== count) {
    throw invalid(`A grid of ${count} choices has MaxNumberOfTrainingJobs ${count}, or none.`);
  }
  if (isHyperband && config.TrainingJobEarlyStoppingType === "Auto") {
    throw invalid("The Hyperband strategy stops early by itself: TrainingJobEarlyStoppingType must be Off.");
  }
  if (!isHyperband && config.StrategyConfig?.HyperbandStrategyConfig !== undefined) {
    throw invalid("HyperbandStrategyConfig goes with the Hyperband strategy only.");
  }
  const tuned = Object.values(rangesOf(job)).flatMap((ranges) => ranges.map(({ Name }) => Name));
  const both = tuned.find((name) => definition.StaticHyperParameters?.[name] !== undefined);
  if (both !== undefined) throw invalid(`The hyperparameter "${both}" is both tuned and static.`);
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
