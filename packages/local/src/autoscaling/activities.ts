import { randomUUID } from "node:crypto";
import type { ScalingRecords } from "./scaling-records.js";

/** Activities of a target that are remembered. */
const MAX_ACTIVITIES = 100;

/** Notes what was done to a target, and forgets the oldest. */
export function noteActivity(
  { activities }: Pick<ScalingRecords, "activities">,
  resourceId: string,
  cause: string,
  description: string,
): void {
  const id = randomUUID();
  const now = Date.now();
  activities.set(id, { id, resourceId, startMs: now, endMs: now, cause, description });
  const old = activities.all().filter((activity) => activity.resourceId === resourceId);
  for (const activity of old.slice(0, Math.max(0, old.length - MAX_ACTIVITIES)))
    activities.delete(activity.id);
}
