import { AwsError } from "../../errors.js";
import type { SageMakerInput } from "../operation-types.js";

/** Gigabytes of a volume where the tuning job does not say, as SageMaker's Python SDK has it. */
const DEFAULT_VOLUME_GB = 30;

type Definition = NonNullable<SageMakerInput<"CreateHyperParameterTuningJob">["TrainingJobDefinition"]>;

/**
 * Resources of a tuning job's training jobs: of several instance configurations the first one, since none is ever short here.
 *
 * @throws AwsError ValidationException when the definition names no instances, or names them twice
 */
export function resourcesOf(definition: Definition) {
  const { ResourceConfig: plain, HyperParameterTuningResourceConfig: flexible } = definition;
  if ((plain === undefined) === (flexible === undefined)) {
    throw invalid("A definition needs either a ResourceConfig or a HyperParameterTuningResourceConfig.");
  }
  if (flexible === undefined) return plain!;
  const { InstanceConfigs: configs = [], AllocationStrategy: _order, ...single } = flexible;
  const isSingle = single.InstanceType !== undefined && single.InstanceCount !== undefined;
  if (configs.length > 0 === isSingle) {
    throw invalid(
      "A HyperParameterTuningResourceConfig has either InstanceConfigs or an instance type and count.",
    );
  }
  return { VolumeSizeInGB: DEFAULT_VOLUME_GB, ...single, ...configs[0] };
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
