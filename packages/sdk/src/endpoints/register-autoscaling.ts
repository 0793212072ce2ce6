import { call } from "../aws/call.js";
import type { Session } from "../session.js";
import { type AutoscalingOptions, checkAutoscaling, targetsOf } from "./autoscaling-options.js";
import { type Endpoint, endpointName, VARIANT_NAME } from "./endpoint.js";
import { POLICY_PREFIX, removeOtherPolicies } from "./scaling-policies.js";
import { registerWakeUp, scalableTarget, WAKE_UP_POLICY } from "./wake-up.js";

/**
 * Registers the endpoint's variant for scaling, or changes what is registered. Policies of ours with
 * another target are removed: two targets at once would pull in two directions. The endpoint must be
 * in service.
 *
 * @throws InvalidInputError for limits or a target that cannot be, before the first request
 * @example
 * ```ts
 * await registerAutoscaling(session, endpoint, {
 *   minInstances: 1, maxInstances: 4, invocationsPerInstancePerMinute: recommendScalingTarget(200),
 * });
 * ```
 */
export async function registerAutoscaling(
  session: Session,
  endpoint: Endpoint | string,
  options: AutoscalingOptions,
  request: { readonly variantName?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  checkAutoscaling(options);
  const name = endpointName(endpoint);
  const variant = request.variantName ?? (typeof endpoint === "string" ? VARIANT_NAME : endpoint.variantName);
  const target = scalableTarget(name, variant);
  const { signal } = request;
  await call(
    session,
    "application-auto-scaling",
    "RegisterScalableTarget",
    { ...target, MinCapacity: options.minInstances, MaxCapacity: options.maxInstances },
    { signal },
  );
  const [metric, value] = targetsOf(options)[0] as [string, number];
  const policyName = `${POLICY_PREFIX}${metric}`;
  await call(
    session,
    "application-auto-scaling",
    "PutScalingPolicy",
    {
      ...target,
      PolicyName: policyName,
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: value,
        ...metricSpecification(metric, name),
        ScaleInCooldown: options.scaleInCooldownSeconds ?? 300,
        ScaleOutCooldown: options.scaleOutCooldownSeconds ?? 300,
        ...(options.keepInstances ? { DisableScaleIn: true } : {}),
      },
    },
    { signal },
  );
  if (options.minInstances === 0) await registerWakeUp(session, name, variant, target, signal);
  const keep = options.minInstances === 0 ? [policyName, WAKE_UP_POLICY] : [policyName];
  await removeOtherPolicies(session, name, variant, keep, signal);
}

function metricSpecification(metric: string, endpoint: string) {
  if (metric === "backlogPerInstance") {
    return {
      CustomizedMetricSpecification: {
        MetricName: "ApproximateBacklogSizePerInstance",
        Namespace: "AWS/SageMaker",
        Dimensions: [{ Name: "EndpointName", Value: endpoint }],
        Statistic: "Average" as const,
      },
    };
  }
  return {
    PredefinedMetricSpecification: {
      PredefinedMetricType:
        metric === "invocationsPerInstancePerMinute"
          ? ("SageMakerVariantInvocationsPerInstance" as const)
          : ("SageMakerVariantConcurrentRequestsPerModelHighResolution" as const),
    },
  };
}
