import type { TrainingRequest } from "../training/job.js";
import type { Choice } from "./parameter-ranges.js";
import { resourcesOf } from "./trial-resources.js";
import type { TuningJob } from "./tuning-job.js";

/**
 * The training job of a choice.
 *
 * @throws AwsError ValidationException when the job names no instances, or names them twice
 */
export function trialRequest(job: TuningJob, name: string, tuned: Choice): TrainingRequest {
  const {
    DefinitionName: _name,
    TuningObjective: _objective,
    HyperParameterRanges: _ranges,
    HyperParameterTuningResourceConfig: _resources,
    StaticHyperParameters: fixed,
    ...definition
  } = job.request.TrainingJobDefinition;
  return {
    ...definition,
    ResourceConfig: resourcesOf(job.request.TrainingJobDefinition),
    TrainingJobName: name,
    TuningJobArn: job.arn,
    HyperParameters: { ...fixed, ...tuned },
    ...(job.request.Tags === undefined ? {} : { Tags: job.request.Tags }),
  };
}
