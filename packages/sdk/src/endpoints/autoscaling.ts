import { call, isNotFound } from "../aws/call.js";
import { checkInteger, checkNumber } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName, VARIANT_NAME } from "./endpoint.js";
import { registerWakeUp, removeWakeUpAlarm, scalableTarget, WAKE_UP_POLICY } from "./wake-up.js";

interface AutoscalingLimits {
  /** At least 1; 0 with `backlogPerInstance`: the first waiting invocation then starts an instance. */
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Pause after instances were taken away, in seconds. Default 300. */
  readonly scaleInCooldownSeconds?: number;
  /** Pause after instances were added, in seconds. Default 300. */
  readonly scaleOutCooldownSeconds?: number;
  /** Never take instances away. Default false. */
  readonly keepInstances?: boolean;
}

/** How an endpoint's instances follow its load: limits, and exactly one target. */
export type AutoscalingOptions = AutoscalingLimits &
  (
    | {
        /** Requests per instance and minute to aim for; see recommendScalingTarget(). */
        readonly invocationsPerInstancePerMinute: number;
        readonly concurrentRequestsPerInstance?: never;
        readonly backlogPerInstance?: never;
      }
    | {
        /** Requests under way per instance to aim for; measured every 10 seconds, so it reacts sooner. */
        readonly concurrentRequestsPerInstance: number;
        readonly invocationsPerInstancePerMinute?: never;
        readonly backlogPerInstance?: never;
      }
    | {
        /** Waiting invocations per instance to aim for, of an asynchronous endpoint. */
        readonly backlogPerInstance: number;
        readonly invocationsPerInstancePerMinute?: never;
        readonly concurrentRequestsPerInstance?: never;
      }
  );

/**
 * The target that AWS recommends: what one instance can take, times a margin for the time that a new
 * instance needs, per minute.
 * Source: SageMaker guide, "Load testing your auto scaling configuration".
 *
 * @param maxRequestsPerSecond what one instance answers in time, from a load test
 * @param safetyFactor above 0, at most 1. Default 0.5, AWS's advice to start with
 * @example
 * recommendScalingTarget(200) // 6000 invocations per instance and minute
 */
export function recommendScalingTarget(maxRequestsPerSecond: number, safetyFactor = 0.5): number {
  checkNumber("maxRequestsPerSecond", maxRequestsPerSecond, 0.001, 1e6);
  checkNumber("safetyFactor", safetyFactor, 0.001, 1);
  return Math.max(1, Math.floor(maxRequestsPerSecond * safetyFactor * 60));
}

/** Checks limits and target without AWS. */
export function checkAutoscaling(options: AutoscalingOptions): void {
  const most = Number.MAX_SAFE_INTEGER;
  const least = options.backlogPerInstance === undefined ? 1 : 0;
  checkInteger(
    "autoscaling.minInstances",
    options.minInstances,
    least,
    most,
    "Only an asynchronous endpoint can do without instances, because its requests wait.",
  );
  checkInteger(
    "autoscaling.maxInstances",
    options.maxInstances,
    Math.max(1, options.minInstances),
    most,
    "It must not be below minInstances.",
  );
  checkInteger("autoscaling.scaleInCooldownSeconds", options.scaleInCooldownSeconds, 0, 86_400);
  checkInteger("autoscaling.scaleOutCooldownSeconds", options.scaleOutCooldownSeconds, 0, 86_400);
  const targets = targetsOf(options);
  if (targets.length !== 1) {
    throw new InvalidInputError(
      "autoscaling",
      "given exactly one target",
      targets.map(([name]) => name),
      "Set one of invocationsPerInstancePerMinute, concurrentRequestsPerInstance, backlogPerInstance.",
    );
  }
  for (const [name, value] of targets) checkNumber(`autoscaling.${name}`, value, 0.01, 1e9);
}

function targetsOf(options: AutoscalingOptions): [string, number][] {
  return Object.entries({
    invocationsPerInstancePerMinute: options.invocationsPerInstancePerMinute,
    concurrentRequestsPerInstance: options.concurrentRequestsPerInstance,
    backlogPerInstance: options.backlogPerInstance,
  }).filter((entry): entry is [string, number] => entry[1] !== undefined);
}

/**
 * Registers the endpoint's variant for scaling, or changes what is registered. Policies of ours with
 * another target are removed: two targets at once would pull in two directions. The endpoint must be
 * in service.
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

const POLICY_PREFIX = "sightline-";

async function removeOtherPolicies(
  session: Session,
  endpoint: string,
  variant: string,
  keep: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = scalableTarget(endpoint, variant);
  const { ScalingPolicies = [] } = await call(
    session,
    "application-auto-scaling",
    "DescribeScalingPolicies",
    target,
    { signal },
  );
  for (const { PolicyName = "" } of ScalingPolicies) {
    if (keep.includes(PolicyName) || !PolicyName.startsWith(POLICY_PREFIX)) continue;
    if (PolicyName === WAKE_UP_POLICY) await removeWakeUpAlarm(session, endpoint, variant, signal);
    await call(
      session,
      "application-auto-scaling",
      "DeleteScalingPolicy",
      { ...target, PolicyName },
      { signal },
    );
  }
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

/** True when the variant is registered for scaling. */
export async function isRegistered(
  session: Session,
  endpoint: string,
  variant: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { ServiceNamespace, ResourceId, ScalableDimension } = scalableTarget(endpoint, variant);
  const { ScalableTargets = [] } = await call(
    session,
    "application-auto-scaling",
    "DescribeScalableTargets",
    { ServiceNamespace, ResourceIds: [ResourceId], ScalableDimension },
    { signal },
  );
  return ScalableTargets.length > 0;
}

/**
 * Ends the scaling of an endpoint's variant, with its policies and alarms. The instances stay as they are.
 *
 * @returns false when it was not registered
 */
export async function deregisterAutoscaling(
  session: Session,
  endpoint: Endpoint | string,
  request: { readonly variantName?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  const name = endpointName(endpoint);
  const variant = request.variantName ?? (typeof endpoint === "string" ? VARIANT_NAME : endpoint.variantName);
  const { signal } = request;
  try {
    // With the target its policies go, and the alarms that the service made; the wake-up's alarm is ours.
    await removeOtherPolicies(session, name, variant, [], signal);
    const target = scalableTarget(name, variant);
    await call(session, "application-auto-scaling", "DeregisterScalableTarget", target, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
