import { randomBytes } from "node:crypto";
import type { Cloud } from "../../cloud.js";
import type { RecordStore } from "../../state/record-store.js";
import { CUT_OFF } from "../jobs/job-service.js";
import type { FinalMetric } from "../training/metrics.js";
import type { TrainingService } from "../training/operations.js";
import { type Choice, gridChoices, randomChoice } from "./parameter-ranges.js";
import { type Curve, isBelowMedian, isOutOfBracket } from "./stopping-rules.js";
import { trialRequest } from "./trial-request.js";
import { bestOf, isBetterFor, objectiveOf, rangesOf, type Trial, type TuningJob } from "./tuning-job.js";

/** A tuning job that runs. */
export interface RunningTuning {
  /** Settles when it has ended, or was cut off by the closing server: then with nothing. */
  readonly ended: Promise<Pick<TuningJob, "status" | "failureReason"> | undefined>;
  /** Told of every value that a training job prints. */
  onMetric(trainingJob: string, metric: FinalMetric): void;
}

/** Key of a trial. */
export function trialKey({ tuningJob, index }: Pick<Trial, "tuningJob" | "index">): string {
  return `${tuningJob}/${String(index).padStart(4, "0")}`;
}

/** The trials of a tuning job, in the order of their numbers. */
export function trialsOf(trials: RecordStore<Trial>, job: Pick<TuningJob, "name">): Trial[] {
  return trials
    .all()
    .filter(({ tuningJob }) => tuningJob === job.name)
    .sort((a, b) => a.index - b.index);
}

/**
 * Runs a tuning job: a training job for each choice, so many at a time, until there are enough. What a former server
 * began is taken up: training jobs that it cut off are begun anew, with the same hyperparameters.
 */
export function runTuningJob(
  cloud: Cloud,
  training: TrainingService,
  trials: RecordStore<Trial>,
  job: TuningJob,
  stop: AbortSignal,
): RunningTuning {
  const { HyperParameterTuningJobConfig: config } = job.request;
  const { choiceAt, count } = searchOf(job);
  const isBetter = isBetterFor(job);
  const objective = objectiveOf(job)?.MetricName;
  const running = new Map<string, { readonly trial: number; readonly done: Promise<void> }>();
  const enough = new AbortController();
  const own = () => trialsOf(trials, job);
  const keyOf = (index: number) => trialKey({ tuningJob: job.name, index });

  const stopTraining = (name: string): void => {
    // It may have ended by itself just now.
    if (training.find(name).status === "InProgress") training.stop(name);
  };
  const stopAll = (): void => {
    for (const name of running.keys()) stopTraining(name);
  };

  const launch = async (index: number, tuned: Choice): Promise<void> => {
    const name = `${job.name}-${String(index + 1).padStart(3, "0")}-${randomBytes(4).toString("hex")}`;
    const created = Date.now();
    const trial = { tuningJob: job.name, index, name, tuned, created, modified: created, values: [] };
    try {
      const arn = await training.create(trialRequest(job, name, tuned));
      trials.set(keyOf(index), { ...trial, arn, status: "InProgress" });
    } catch (error) {
      const failureReason = error instanceof Error ? error.message : String(error);
      trials.set(keyOf(index), { ...trial, arn: "", status: "Failed", failureReason, endedMs: Date.now() });
      return;
    }
    const done = training.ended(name).then(() => {
      running.delete(name);
      settle(index, name);
    });
    running.set(name, { trial: index, done });
    if (stop.aborted || enough.signal.aborted) stopTraining(name);
  };

  const settle = (index: number, name: string): void => {
    const { status, startedMs, endedMs, failureReason } = training.find(name);
    // Cut off by the closing server: the next one begins it anew.
    if (status === "InProgress" || status === "Stopping") return;
    trials.update(keyOf(index), {
      status,
      modified: Date.now(),
      ...(startedMs === undefined ? {} : { startedMs }),
      ...(endedMs === undefined ? {} : { endedMs }),
      ...(failureReason === undefined ? {} : { failureReason }),
    });
    if (isGoodEnough(job, own())) enough.abort();
  };

  const isHopeless = (trial: Trial): boolean => {
    const curves = own().map(
      ({ values, status, index }): Curve => ({ values, index, ended: status !== "InProgress" }),
    );
    const self = curves.find(({ index }) => index === trial.index)!;
    const others = curves.filter(({ index }) => index !== trial.index);
    if (config.Strategy === "Hyperband") {
      const { MinResource: min = 1, MaxResource: max = Number.POSITIVE_INFINITY } =
        config.StrategyConfig?.HyperbandStrategyConfig ?? {};
      return isOutOfBracket(self, others, isBetter, { min, max });
    }
    return config.TrainingJobEarlyStoppingType === "Auto" && isBelowMedian(self, others, isBetter);
  };

  const run = async () => {
    const limitSeconds = config.ResourceLimits.MaxRuntimeInSeconds;
    const left = (limitSeconds ?? 0) * 1000 * cloud.timeScale - (Date.now() - job.created);
    const timer =
      limitSeconds === undefined ? undefined : setTimeout(() => enough.abort(), Math.max(0, left)).unref();
    stop.addEventListener("abort", stopAll, { once: true });
    enough.signal.addEventListener("abort", stopAll, { once: true });
    try {
      for (const { index, name, tuned, status } of own()) {
        if (status !== "InProgress") continue;
        // The former server may have ended just before it could say how this one did.
        if (training.find(name).failureReason === CUT_OFF) await launch(index, tuned);
        else settle(index, name);
      }
      for (let next = own().length; ; ) {
        const goesOn = () => !stop.aborted && !enough.signal.aborted && !cloud.closing.aborted;
        for (
          ;
          goesOn() && next < count && running.size < config.ResourceLimits.MaxParallelTrainingJobs;
          next++
        ) {
          await launch(next, choiceAt(next));
        }
        if (running.size === 0) break;
        await Promise.race([...running.values()].map(({ done }) => done));
      }
    } finally {
      clearTimeout(timer);
      stop.removeEventListener("abort", stopAll);
    }
    if (cloud.closing.aborted) return undefined;
    if (stop.aborted) return { status: "Stopped" as const };
    if (bestOf(job, own()) !== undefined) return { status: "Completed" as const };
    const [first] = own().flatMap(({ failureReason }) => failureReason ?? []);
    const why = first === undefined ? `None of them printed ${objective}.` : `The first of them: ${first}`;
    return { status: "Failed" as const, failureReason: `No training job succeeded. ${why}` };
  };

  return {
    ended: run(),
    onMetric(trainingJob, { name, value }) {
      const entry = running.get(trainingJob);
      const former = entry && trials.get(keyOf(entry.trial));
      if (former === undefined || name !== objective) return;
      const trial = { ...former, values: [...former.values, value] };
      trials.set(keyOf(trial.index), trial);
      if (!isHopeless(trial)) return;
      cloud.logger.info(`The tuning job ${job.name} ends ${trainingJob} early, at ${name}=${value}`);
      stopTraining(trainingJob);
    },
  };
}

/** What a tuning job tries: so many choices, and which. */
export function searchOf(job: TuningJob): { readonly count: number; choiceAt(index: number): Choice } {
  const { HyperParameterTuningJobConfig: config } = job.request;
  const ranges = rangesOf(job);
  const most = config.ResourceLimits.MaxNumberOfTrainingJobs;
  if (config.Strategy === "Grid") {
    const choices = gridChoices(ranges);
    return { count: Math.min(choices.length, most ?? choices.length), choiceAt: (index) => choices[index]! };
  }
  return { count: most ?? 1, choiceAt: (index) => randomChoice(ranges, job.seed, index) };
}

/** Whether what was asked for has been reached, so that no other job is needed. */
function isGoodEnough(job: TuningJob, trials: readonly Trial[]): boolean {
  const criteria = job.request.HyperParameterTuningJobConfig.TuningJobCompletionCriteria;
  const best = bestOf(job, trials);
  if (criteria === undefined || best === undefined) return false;
  const { TargetObjectiveMetricValue: target, BestObjectiveNotImproving: stuck } = criteria;
  const value = best.values.at(-1)!;
  if (target !== undefined && (value === target || isBetterFor(job)(value, target))) return true;
  const patience = stuck?.MaxNumberOfTrainingJobsNotImproving;
  const later = trials.filter(({ endedMs = 0 }) => endedMs > (best.endedMs ?? 0)).length;
  return patience !== undefined && later >= patience;
}
