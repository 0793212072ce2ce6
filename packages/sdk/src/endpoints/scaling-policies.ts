import { call } from "../aws/call.js";
import type { Session } from "../session.js";
import { removeWakeUpAlarm, scalableTarget, WAKE_UP_POLICY } from "./wake-up.js";

/** How the names of this package's policies begin. */
export const POLICY_PREFIX = "sightline-";

/** Removes this package's policies of a variant but those to keep, with their alarms. */
export async function removeOtherPolicies(
  session: Session,
  endpoint: string,
  variant: string,
  keep: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = scalableTarget(endpoint, variant);
  for (const { PolicyName = "" } of await describePolicies(session, endpoint, variant, signal)) {
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

/** The scaling policies of a variant, this package's and others. */
export async function describePolicies(
  session: Session,
  endpoint: string,
  variant: string,
  signal: AbortSignal | undefined,
) {
  const target = scalableTarget(endpoint, variant);
  const service = "application-auto-scaling";
  const found = await call(session, service, "DescribeScalingPolicies", target, { signal });
  return found.ScalingPolicies ?? [];
}

/** What is registered for a variant; undefined when nothing is. */
export async function describeTarget(
  session: Session,
  endpoint: string,
  variant: string,
  signal: AbortSignal | undefined,
) {
  const { ServiceNamespace, ResourceId, ScalableDimension } = scalableTarget(endpoint, variant);
  const { ScalableTargets = [] } = await call(
    session,
    "application-auto-scaling",
    "DescribeScalableTargets",
    { ServiceNamespace, ResourceIds: [ResourceId], ScalableDimension },
    { signal },
  );
  return ScalableTargets[0];
}
