import type { JsonInput } from "../wire/json-service.js";

/** A scalable target: a variant and the bounds of its instance count. */
export interface ScalableTarget {
  readonly resourceId: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly roleArn: string;
  readonly arn: string;
  readonly created: number;
  readonly suspendedState?: {
    readonly DynamicScalingInSuspended?: boolean;
    readonly DynamicScalingOutSuspended?: boolean;
  };
}

/** A scaling policy of a target. */
export interface ScalingPolicy {
  readonly arn: string;
  readonly created: number;
  /** The PutScalingPolicy call. */
  readonly request: JsonInput;
  /** Names of the alarms that a target tracking policy made for itself. */
  readonly alarms: readonly string[];
}

/** What a policy did. */
export interface ScalingActivity {
  readonly id: string;
  readonly resourceId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly cause: string;
  readonly description: string;
}

/** The parts of a target tracking policy that are acted on. */
export interface TargetTracking {
  readonly TargetValue: number;
  readonly ScaleInCooldown?: number;
  readonly ScaleOutCooldown?: number;
  readonly DisableScaleIn?: boolean;
  readonly PredefinedMetricSpecification?: { readonly PredefinedMetricType: string };
  readonly CustomizedMetricSpecification?: {
    readonly MetricName?: string;
    readonly Namespace?: string;
    readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
    readonly Statistic?: string;
  };
}

/** The parts of a step scaling policy that are acted on. */
export interface StepScaling {
  readonly AdjustmentType?: string;
  readonly StepAdjustments?: readonly {
    readonly MetricIntervalLowerBound?: number;
    readonly MetricIntervalUpperBound?: number;
    readonly ScalingAdjustment: number;
  }[];
  readonly MinAdjustmentMagnitude?: number;
  readonly Cooldown?: number;
}

/**
 * Capacity that target tracking wants: in proportion to the metric. Scaling in keeps one instance more
 * than none only where the bounds say so.
 */
export function trackedCapacity(current: number, value: number, target: number): number {
  return Math.ceil((current * value) / target);
}

/**
 * Capacity that a step policy wants, or the current one where no step applies. `breach` is how far the
 * metric is beyond the alarm's threshold. Source: "Step scaling policies" of the Application Auto Scaling guide.
 */
export function steppedCapacity(current: number, breach: number, policy: StepScaling): number {
  const step = policy.StepAdjustments?.find(
    ({
      MetricIntervalLowerBound: low = Number.NEGATIVE_INFINITY,
      MetricIntervalUpperBound: high = Number.POSITIVE_INFINITY,
    }) => (breach >= 0 ? breach >= low && breach < high : breach > low && breach <= high),
  );
  if (step === undefined) return current;
  const { ScalingAdjustment: by } = step;
  if (policy.AdjustmentType === "ExactCapacity") return by;
  if (policy.AdjustmentType !== "PercentChangeInCapacity") return current + by;
  const raw = (current * by) / 100;
  // Values above 1 are rounded down, those between 0 and 1 up to 1; negative ones mirror that.
  const whole = Math.abs(raw) > 1 ? Math.trunc(raw) : Math.sign(raw);
  return current + Math.sign(by) * Math.max(Math.abs(whole), policy.MinAdjustmentMagnitude ?? 0);
}
