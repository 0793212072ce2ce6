import type { Cloud } from "../cloud.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { noteActivity } from "./activities.js";
import { variantOf } from "./scaling.js";
import type { ScalingRecords } from "./scaling-records.js";
import { nextRun } from "./schedule.js";
import { clockOf, type ScheduledAction, scheduledKey, scheduleOf } from "./scheduled-action.js";

/** Makes what is called again and again: it runs the scheduled actions that are due. */
export function createScheduler(cloud: Cloud, endpoints: EndpointService, records: ScalingRecords) {
  const { scheduled, targets } = records;

  const run = ({ request }: ScheduledAction): void => {
    const { ResourceId: resourceId, ScheduledActionName: name, ScalableTargetAction: action } = request;
    const target = targets.get(resourceId);
    if (target === undefined || target.suspendedState?.ScheduledScalingSuspended) return;
    const minCapacity = action?.MinCapacity ?? target.minCapacity;
    const maxCapacity = Math.max(minCapacity, action?.MaxCapacity ?? target.maxCapacity);
    targets.set(resourceId, { ...target, minCapacity, maxCapacity });
    const { endpointName, variantName } = variantOf(resourceId)!;
    const current = endpoints.endpoints.get(endpointName)?.variants[variantName]?.desired;
    if (current === undefined) return;
    const capacity = Math.min(maxCapacity, Math.max(minCapacity, current));
    const bounds = `minimum capacity to ${minCapacity} and maximum capacity to ${maxCapacity}`;
    cloud.logger.info(`Autoscaling: scheduled action ${name} sets ${bounds} of ${resourceId}`);
    noteActivity(records, resourceId, `scheduled action name ${name} was triggered`, `Setting ${bounds}.`);
    if (capacity === current) return;
    endpoints.setDesired(endpointName, variantName, capacity);
    const cause = `maximum or minimum capacity was changed by scheduled action ${name}`;
    noteActivity(records, resourceId, cause, `Setting desired instance count to ${capacity}.`);
  };

  return (now: number): void => {
    for (const action of scheduled.all()) {
      const { request, created, ranMs = created } = action;
      const clock = clockOf(action, cloud.timeScale, now);
      const due = nextRun(scheduleOf(action), ranMs);
      const end =
        request.EndTime === undefined ? Number.POSITIVE_INFINITY : new Date(request.EndTime).getTime();
      if (due === undefined || due > clock || due > end) continue;
      const { endpointName } = variantOf(request.ResourceId)!;
      // An endpoint that is being changed is left alone until it is in service again.
      if (endpoints.endpoints.get(endpointName)?.status !== "InService") continue;
      scheduled.set(scheduledKey(request), { ...action, ranMs: clock });
      run(action);
    }
  };
}
