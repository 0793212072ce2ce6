import type * as AutoScaling from "@aws-sdk/client-application-auto-scaling";
import type { InputOf } from "../wire/operation-types.js";

/** The PutScalingPolicy call. */
export type PolicyRequest = InputOf<typeof AutoScaling, "PutScalingPolicy">;
/** A target tracking policy. */
export type TargetTracking = NonNullable<PolicyRequest["TargetTrackingScalingPolicyConfiguration"]>;
/** A step scaling policy. */
export type StepScaling = NonNullable<PolicyRequest["StepScalingPolicyConfiguration"]>;

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
    readonly ScheduledScalingSuspended?: boolean;
  };
}

/** The endpoint and the variant of a scalable target. Undefined for another resource. */
export function variantOf(resourceId: string): { endpointName: string; variantName: string } | undefined {
  const [, endpointName, variantName] = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(resourceId) ?? [];
  return endpointName === undefined || variantName === undefined ? undefined : { endpointName, variantName };
}

/** A scaling policy of a target. */
export interface ScalingPolicy {
  readonly arn: string;
  readonly created: number;
  readonly request: PolicyRequest;
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
