import type { Alarm } from "../metrics/alarms.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import type { RecordStore } from "../state/record-store.js";
import { type ScalableTarget, type ScalingActivity, type ScalingPolicy, variantOf } from "./scaling.js";
import { type ScheduledAction, scheduledKey } from "./scheduled-action.js";

/** What is kept of scaling: targets by resource, policies by `policyKey`, activities by id, and the alarms. */
export interface ScalingRecords {
  readonly targets: RecordStore<ScalableTarget>;
  readonly policies: RecordStore<ScalingPolicy>;
  readonly activities: RecordStore<ScalingActivity>;
  readonly alarms: RecordStore<Alarm>;
  /** Scheduled actions by `scheduledKey`. */
  readonly scheduled: RecordStore<ScheduledAction>;
}

/** Key of a policy: its name is its own within a resource. */
export function policyKey(policy: { readonly ResourceId: string; readonly PolicyName: string }): string {
  return `${policy.ResourceId}|${policy.PolicyName}`;
}

/** Removes a policy with the alarms that it made for itself. */
export function removePolicy({ policies, alarms }: ScalingRecords, policy: ScalingPolicy): void {
  for (const name of policy.alarms) alarms.delete(name);
  policies.delete(policyKey(policy.request));
}

/** Removes a target with its scheduled actions, its policies, and with their alarms. */
export function removeTarget(records: ScalingRecords, resourceId: string): void {
  records.targets.delete(resourceId);
  for (const { request } of records.scheduled.all()) {
    if (request.ResourceId === resourceId) records.scheduled.delete(scheduledKey(request));
  }
  for (const policy of records.policies.all()) {
    if (policy.request.ResourceId === resourceId) removePolicy(records, policy);
  }
}

/**
 * Sees to it that no target outlives its variant: it would act on whatever gets the same name later. Those
 * that a former server left behind go at once.
 */
export function followEndpoints(records: ScalingRecords, endpoints: EndpointService): void {
  const removeOrphans = (): void => {
    for (const { resourceId } of records.targets.all()) {
      const variant = variantOf(resourceId);
      const endpoint = variant && endpoints.endpoints.get(variant.endpointName);
      if (endpoint?.variants[variant!.variantName] === undefined) removeTarget(records, resourceId);
    }
  };
  removeOrphans();
  endpoints.onChanged.add(removeOrphans);
}
