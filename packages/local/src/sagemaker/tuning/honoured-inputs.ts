import { HONOURED_LISTING, HONOURED_STATUS_LISTING } from "../listing.js";
import type { SageMakerHonoured } from "../operation-types.js";
import { HONOURED_TRAINING } from "../training/honoured-inputs.js";

/** The operations on tuning jobs that are implemented. */
export type TuningOperation =
  | "CreateHyperParameterTuningJob"
  | "DescribeHyperParameterTuningJob"
  | "ListHyperParameterTuningJobs"
  | "ListTrainingJobsForHyperParameterTuningJob"
  | "StopHyperParameterTuningJob"
  | "DeleteHyperParameterTuningJob";

const RANGES = {
  IntegerParameterRanges: "done",
  ContinuousParameterRanges: "done",
  CategoricalParameterRanges: "done",
} as const;

// A tuning job's training jobs are asked for as any training job is.
const {
  TrainingJobName: _name,
  HyperParameters: _given,
  Tags: _tags,
  AlgorithmSpecification: _algorithm,
  ProfilerConfig: _profiler,
  DebugHookConfig: _debug,
  RemoteDebugConfig: _remote,
  InfraCheckConfig: _check,
  SessionChainingConfig: _session,
  ...TRAINING
} = HONOURED_TRAINING.CreateTrainingJob;

/** What the operations on tuning jobs honour of their inputs. */
export const HONOURED_TUNING: SageMakerHonoured<TuningOperation> = {
  CreateHyperParameterTuningJob: {
    HyperParameterTuningJobName: "done",
    HyperParameterTuningJobConfig: {
      // Bayesian optimization would be another thing under its name.
      Strategy: ["Random", "Grid", "Hyperband"],
      StrategyConfig: "done",
      HyperParameterTuningJobObjective: "done",
      ResourceLimits: "done",
      ParameterRanges: RANGES,
      TrainingJobEarlyStoppingType: "done",
      TuningJobCompletionCriteria: {
        TargetObjectiveMetricValue: "done",
        BestObjectiveNotImproving: "done",
      },
      RandomSeed: "done",
    },
    TrainingJobDefinition: {
      ...TRAINING,
      DefinitionName: "done",
      TuningObjective: "done",
      HyperParameterRanges: RANGES,
      StaticHyperParameters: "done",
      // The first of its InstanceConfigs is always there.
      HyperParameterTuningResourceConfig: {
        InstanceType: "done",
        InstanceCount: "done",
        VolumeSizeInGB: "kept",
        VolumeKmsKeyId: "kept",
        AllocationStrategy: "done",
        InstanceConfigs: "done",
      },
      AlgorithmSpecification: {
        TrainingImage: "done",
        TrainingInputMode: "done",
        MetricDefinitions: "done",
      },
    },
    Tags: "done",
  },
  DescribeHyperParameterTuningJob: { HyperParameterTuningJobName: "done" },
  ListHyperParameterTuningJobs: HONOURED_STATUS_LISTING,
  ListTrainingJobsForHyperParameterTuningJob: {
    HyperParameterTuningJobName: "done",
    StatusEquals: "done",
    SortBy: "done",
    SortOrder: HONOURED_LISTING.SortOrder,
    MaxResults: "done",
    NextToken: "done",
  },
  StopHyperParameterTuningJob: { HyperParameterTuningJobName: "done" },
  DeleteHyperParameterTuningJob: { HyperParameterTuningJobName: "done" },
};
