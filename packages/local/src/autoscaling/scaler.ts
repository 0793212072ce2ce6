import type { Cloud } from "../cloud.js";
import type { Alarm, AlarmAction } from "../metrics/alarms.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { noteActivity } from "./activities.js";
import { type ScalingPolicy, steppedCapacity, trackedCapacity, variantOf } from "./scaling.js";
import type { ScalingRecords } from "./scaling-records.js";

/** Pause after a change when a policy does not say: 300 s for SageMaker's variants. */
const DEFAULT_COOLDOWN_SECONDS = 300;

/** Makes what an alarm calls: it reads the policy, and changes the variant's instance count within its bounds. */
export function createScaler(cloud: Cloud, endpoints: EndpointService, records: ScalingRecords): AlarmAction {
  const { targets, policies } = records;
  const lastChange = new Map<string, { readonly atMs: number; readonly out: boolean }>();

  const cooling = (resourceId: string, out: boolean, policy: ScalingPolicy): boolean => {
    const last = lastChange.get(resourceId);
    // Scaling out does not wait for the pause after scaling in.
    if (last === undefined || (out && !last.out)) return false;
    const { StepScalingPolicyConfiguration: step, TargetTrackingScalingPolicyConfiguration: tracking } =
      policy.request;
    const own = step?.Cooldown ?? (out ? tracking?.ScaleOutCooldown : tracking?.ScaleInCooldown);
    const cooldownMs = (own ?? DEFAULT_COOLDOWN_SECONDS) * 1000 * cloud.timeScale;
    return Date.now() - last.atMs < cooldownMs;
  };

  const wantedCapacity = (policy: ScalingPolicy, alarm: Alarm, value: number, current: number): number => {
    const { StepScalingPolicyConfiguration: step, TargetTrackingScalingPolicyConfiguration: tracking } =
      policy.request;
    if (tracking !== undefined) return trackedCapacity(current, value, tracking.TargetValue);
    return step === undefined ? current : steppedCapacity(current, value - alarm.threshold, step);
  };

  return (action, alarm, value) => {
    const policy = policies.all().find((candidate) => candidate.arn === action);
    if (policy === undefined) return;
    const resourceId = policy.request.ResourceId;
    const target = targets.get(resourceId);
    const { endpointName, variantName } = variantOf(resourceId)!;
    const endpoint = endpoints.endpoints.get(endpointName);
    const current = endpoint?.variants[variantName]?.desired;
    // An endpoint that is being changed is left alone until it is in service again.
    if (target === undefined || current === undefined || endpoint!.status !== "InService") return;
    const wanted = wantedCapacity(policy, alarm, value, current);
    const capacity = Math.min(target.maxCapacity, Math.max(target.minCapacity, wanted));
    if (capacity === current) return;
    const out = capacity > current;
    // The pair of alarms of a tracking policy each scale in one direction only.
    if (policy.alarms.includes(alarm.name) && out !== alarm.comparison.startsWith("Greater")) return;
    const suspended = target.suspendedState;
    if (out ? suspended?.DynamicScalingOutSuspended : suspended?.DynamicScalingInSuspended) return;
    if (cooling(resourceId, out, policy)) return;
    const now = Date.now();
    lastChange.set(resourceId, { atMs: now, out });
    endpoints.setDesired(endpointName, variantName, capacity);
    cloud.logger.info(
      `Autoscaling: ${resourceId} from ${current} to ${capacity} instances (${alarm.metric.name} ${value})`,
    );
    noteActivity(
      records,
      resourceId,
      `monitor alarm ${alarm.name} in state ALARM triggered policy ${policy.request.PolicyName}`,
      `Setting desired instance count to ${capacity}.`,
    );
  };
}
