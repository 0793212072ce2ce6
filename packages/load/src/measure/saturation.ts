import { recommendScalingTarget } from "@sightline/sdk";

/** A step as far as the limit of an instance shows in it. */
export interface StepLoad {
  /** What the step asked for: users or requests per second. */
  readonly asked: number;
  /** Right answers per second while the step lasted. */
  readonly answeredPerSecond: number;
  /** Instances that shared them; undefined where nobody told. */
  readonly instances: number | undefined;
  /** Failed requests as a share, 0 to 1. */
  readonly failureShare: number;
}

/** What one instance bears, and the scaling target that follows. */
export interface Saturation {
  /** Most right answers per second and instance in a step with few failures. */
  readonly requestsPerSecondPerInstance: number;
  /** Whether the limit was reached; if not, an instance may bear more than this test asked for. */
  readonly reached: boolean;
  /** Target for invocations per instance and minute; undefined where no step was answered. */
  readonly recommendedInvocationsPerInstancePerMinute: number | undefined;
}

/** A step that fails more than this is no measure of what can be borne. */
const FEW_FAILURES = 0.01;
/** Throughput that follows the load by less than this share of its growth no longer rises. */
const STILL_RISES = 0.5;

/**
 * What one instance bears: the limit is reached where more load no longer brings throughput in proportion, or fails.
 * The target is AWS's rule: this rate, times one half, times sixty seconds.
 */
export function findSaturation(steps: readonly StepLoad[]): Saturation {
  const perInstance = ({ answeredPerSecond, instances }: StepLoad) => answeredPerSecond / (instances ?? 1);
  const sound = steps.filter(({ failureShare }) => failureShare <= FEW_FAILURES);
  const best = Math.max(0, ...sound.map(perInstance));
  const reached = steps.some((step, index) => {
    if (step.failureShare > FEW_FAILURES) return true;
    const before = steps[index - 1];
    if (before === undefined || step.asked <= before.asked || before.answeredPerSecond === 0) return false;
    const grown = perInstance(step) / perInstance(before) - 1;
    const asked = (step.asked * (before.instances ?? 1)) / (before.asked * (step.instances ?? 1)) - 1;
    return asked > 0 && grown < STILL_RISES * asked;
  });
  const recommended = best >= 0.001 ? recommendScalingTarget(best) : undefined;
  return {
    requestsPerSecondPerInstance: best,
    reached,
    recommendedInvocationsPerInstancePerMinute: recommended,
  };
}
