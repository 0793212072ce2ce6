import type * as AutoScaling from "@aws-sdk/client-application-auto-scaling";
import type { InputOf } from "../wire/operation-types.js";
import type { Schedule } from "./schedule.js";

/** The PutScheduledAction call. */
export type ScheduledActionRequest = InputOf<typeof AutoScaling, "PutScheduledAction">;

/** A scheduled action as it is kept. */
export interface ScheduledAction {
  readonly arn: string;
  /** ms since 1970. */
  readonly created: number;
  readonly request: ScheduledActionRequest;
  /** When it ran last, on the action's own clock, ms since 1970. */
  readonly ranMs?: number;
}

/** The schedule of an action. */
export function scheduleOf({ request, created }: ScheduledAction): Schedule {
  const { Schedule: expression = "", Timezone: timezone, StartTime: start } = request;
  return { expression, timezone, fromMs: start === undefined ? created : new Date(start).getTime() };
}

/**
 * An action's own clock: what passes since it was made passes faster, by the server's time scale, so that a
 * test need not wait for a schedule of hours.
 */
export function clockOf({ created }: ScheduledAction, timeScale: number, now: number): number {
  return created + (now - created) / timeScale;
}

/** Key of a scheduled action: its name is its own within a resource. */
export function scheduledKey(action: {
  readonly ResourceId: string;
  readonly ScheduledActionName: string;
}): string {
  return `${action.ResourceId}|${action.ScheduledActionName}`;
}
