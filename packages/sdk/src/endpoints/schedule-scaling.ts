import { call, isNotFound } from "../aws/call.js";
import { checkInteger } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName, VARIANT_NAME } from "./endpoint.js";
import { scalableTarget } from "./wake-up.js";

/** Bounds of the instances that begin to hold at a time, or again and again. */
export interface ScheduledScaling {
  /** Name of the scheduled action; one of the same name is changed. */
  readonly name: string;
  /**
   * `at(2026-12-24T08:00:00)`, `rate(12 hours)`, or `cron(0 8 ? * MON-FRI *)`: minutes, hours, day of the month, month, day
   * of the week, year.
   */
  readonly schedule: string;
  /** IANA name of the time zone of `at` and `cron`. Default `UTC`. */
  readonly timezone?: string;
  /** Least number of instances from then on. Default: stays. */
  readonly minInstances?: number;
  /** Largest number of instances from then on. Default: stays. */
  readonly maxInstances?: number;
  /** Nothing happens before. Default: now. */
  readonly from?: Date;
  /** Nothing happens after. Default: never ends. */
  readonly until?: Date;
}

/** Which variant is meant. */
interface VariantRequest {
  /** Default: the endpoint's own. */
  readonly variantName?: string;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Has an endpoint's instances scaled at a time. Its variant must be registered for scaling.
 *
 * @throws InvalidInputError for bounds that cannot be; AwsRequestError for a schedule that the service does not take
 * @example
 * ```ts
 * const weekdays = { timezone: "Europe/Berlin", minInstances: 2 };
 * await scheduleScaling(session, "drivers", { name: "morning", schedule: "cron(0 8 ? * MON-FRI *)", ...weekdays });
 * ```
 */
export async function scheduleScaling(
  session: Session,
  endpoint: Endpoint | string,
  scaling: ScheduledScaling,
  request: VariantRequest = {},
): Promise<void> {
  const { minInstances: min, maxInstances: max, from, until } = scaling;
  if (min === undefined && max === undefined) {
    throw new InvalidInputError(
      "minInstances",
      "given, or else maxInstances",
      undefined,
      "For example minInstances: 2.",
    );
  }
  checkInteger("minInstances", min, 0, 10_000);
  checkInteger("maxInstances", max, min ?? 0, 10_000, "It must not be below minInstances.");
  if (!/^(at|rate|cron)\(.+\)$/.test(scaling.schedule)) {
    throw new InvalidInputError(
      "schedule",
      "at(...), rate(...) or cron(...)",
      scaling.schedule,
      "For example rate(1 day).",
    );
  }
  await call(
    session,
    "application-auto-scaling",
    "PutScheduledAction",
    {
      ...targetOf(endpoint, request),
      ScheduledActionName: scaling.name,
      Schedule: scaling.schedule,
      Timezone: scaling.timezone ?? "UTC",
      ScalableTargetAction: {
        ...(min === undefined ? {} : { MinCapacity: min }),
        ...(max === undefined ? {} : { MaxCapacity: max }),
      },
      ...(from === undefined ? {} : { StartTime: from }),
      ...(until === undefined ? {} : { EndTime: until }),
    },
    { signal: request.signal },
  );
}

/**
 * Removes a scheduled scaling. The instances and their bounds stay as they are.
 *
 * @returns false when there was none of that name
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * await unscheduleScaling(session, "drivers", "morning"); // true
 * ```
 */
export async function unscheduleScaling(
  session: Session,
  endpoint: Endpoint | string,
  name: string,
  request: VariantRequest = {},
): Promise<boolean> {
  const action = { ...targetOf(endpoint, request), ScheduledActionName: name };
  try {
    await call(session, "application-auto-scaling", "DeleteScheduledAction", action, {
      signal: request.signal,
    });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/**
 * Lists the scheduled scalings of an endpoint's variant.
 *
 * @throws AwsRequestError when the service refuses it or cannot be reached
 * @example
 * ```ts
 * await listScheduledScaling(session, "drivers"); // [{ name: "morning", schedule: "cron(0 8 ? * MON-FRI *)", ... }]
 * ```
 */
export async function listScheduledScaling(
  session: Session,
  endpoint: Endpoint | string,
  request: VariantRequest = {},
): Promise<readonly ScheduledScaling[]> {
  const { signal } = request;
  const found: ScheduledScaling[] = [];
  let NextToken: string | undefined;
  do {
    const input = { ...targetOf(endpoint, request), NextToken };
    const page = await call(session, "application-auto-scaling", "DescribeScheduledActions", input, {
      signal,
    });
    for (const action of page.ScheduledActions ?? []) {
      const { MinCapacity, MaxCapacity } = action.ScalableTargetAction ?? {};
      found.push({
        name: action.ScheduledActionName ?? "",
        schedule: action.Schedule ?? "",
        timezone: action.Timezone ?? "UTC",
        ...(MinCapacity === undefined ? {} : { minInstances: MinCapacity }),
        ...(MaxCapacity === undefined ? {} : { maxInstances: MaxCapacity }),
        ...(action.StartTime === undefined ? {} : { from: action.StartTime }),
        ...(action.EndTime === undefined ? {} : { until: action.EndTime }),
      });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

function targetOf(endpoint: Endpoint | string, { variantName }: VariantRequest) {
  const variant = variantName ?? (typeof endpoint === "string" ? VARIANT_NAME : endpoint.variantName);
  return scalableTarget(endpointName(endpoint), variant);
}
