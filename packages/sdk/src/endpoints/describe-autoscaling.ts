import type { Session } from "../session.js";
import { type Endpoint, endpointName, VARIANT_NAME } from "./endpoint.js";
import { describePolicies, describeTarget } from "./scaling-policies.js";

/** What is registered for an endpoint's variant. */
export interface AutoscalingState {
  /** Least number of instances. */
  readonly minInstances: number;
  /** Largest number of instances. */
  readonly maxInstances: number;
  /** The scaling policies of the variant. */
  readonly policies: readonly {
    readonly name: string;
    /** `TargetTrackingScaling` or `StepScaling`. */
    readonly type: string;
    /** The metric of target tracking, for example `SageMakerVariantInvocationsPerInstance`. */
    readonly metric: string | undefined;
    readonly target: number | undefined;
    readonly scaleInCooldownSeconds: number | undefined;
    readonly scaleOutCooldownSeconds: number | undefined;
  }[];
}

/**
 * Reads how an endpoint scales, to show or to check it.
 *
 * @returns undefined when the variant is not registered for scaling
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * (await describeAutoscaling(session, "drivers"))?.maxInstances; // 4
 * ```
 */
export async function describeAutoscaling(
  session: Session,
  endpoint: Endpoint | string,
  request: { readonly variantName?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<AutoscalingState | undefined> {
  const { signal } = request;
  const variant = request.variantName ?? (typeof endpoint === "string" ? VARIANT_NAME : endpoint.variantName);
  const name = endpointName(endpoint);
  const found = await describeTarget(session, name, variant, signal);
  if (found === undefined) return undefined;
  const policies = await describePolicies(session, name, variant, signal);
  return {
    minInstances: found.MinCapacity ?? 0,
    maxInstances: found.MaxCapacity ?? 0,
    policies: policies.map((policy) => {
      const tracking = policy.TargetTrackingScalingPolicyConfiguration;
      return {
        name: policy.PolicyName ?? "",
        type: policy.PolicyType ?? "",
        metric:
          tracking?.PredefinedMetricSpecification?.PredefinedMetricType ??
          tracking?.CustomizedMetricSpecification?.MetricName,
        target: tracking?.TargetValue,
        scaleInCooldownSeconds: tracking?.ScaleInCooldown,
        scaleOutCooldownSeconds: tracking?.ScaleOutCooldown,
      };
    }),
  };
}
