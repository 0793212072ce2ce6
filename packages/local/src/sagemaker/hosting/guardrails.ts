import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { Deployment } from "./deployment.js";
import type { DeploymentConfig } from "./endpoint-plan.js";
import type { Traffic } from "./traffic.js";

/** Between looks at alarms and health while traffic is shifted, as often as CloudWatch's finest alarms change. */
const LOOK_MS = 1_000;
/** How long a deployment may take when its config does not say. Source: MaximumExecutionTimeoutInSeconds' default. */
const DEFAULT_TIMEOUT_SECONDS = 1_800;

/** Why an update goes back to the former fleet. */
export class RollBackError extends Error {}

/** The alarms among `names` that are in ALARM now. */
export type AlarmsInAlarm = (names: readonly string[]) => readonly string[];

/** Names of the alarms that a deployment watches. */
export function watchedAlarms(config: DeploymentConfig | undefined): readonly string[] {
  return (config?.AutoRollbackConfiguration?.Alarms ?? []).flatMap(({ AlarmName: name }) => name ?? []);
}

/**
 * The shares of the traffic that the new fleet gets, one after the other, the last of them all.
 *
 * @param instances instances of the former fleet, of which a size may be a count
 * @throws AwsError ValidationException for sizes beyond AWS's limits
 */
export function trafficSteps(config: DeploymentConfig | undefined, instances: number): readonly number[] {
  const routing = config?.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration;
  if (routing === undefined || routing.Type === "ALL_AT_ONCE") return [1];
  const linear = routing.Type === "LINEAR";
  const [name, size] = linear
    ? (["LinearStepSize", routing.LinearStepSize] as const)
    : (["CanarySize", routing.CanarySize] as const);
  if (size === undefined) throw invalid(`${name} is required for ${routing.Type} traffic routing.`);
  const share = size.Type === "CAPACITY_PERCENT" ? size.Value / 100 : size.Value / instances;
  const least = linear && size.Type === "CAPACITY_PERCENT" ? 0.1 : 0;
  if (share > 0.5 || share < least) {
    const range = linear ? "10 to 50 %" : "at most 50 %";
    throw invalid(`${name} must be ${range} of the ${instances} instances, not ${size.Value}.`);
  }
  if (!linear) return [share, 1];
  return Array.from({ length: Math.ceil(1 / share) }, (_, step) => Math.min(1, (step + 1) * share));
}

/**
 * Shifts the traffic to a fleet that is well, step by step, and watches it after each.
 *
 * @throws RollBackError when an alarm goes off, no instance of the fleet is well, or it takes too long
 */
export async function shiftTraffic(
  cloud: Cloud,
  traffic: Traffic,
  next: Deployment,
  config: DeploymentConfig,
  steps: readonly number[],
  inAlarm: AlarmsInAlarm,
): Promise<void> {
  const policy = config.BlueGreenUpdatePolicy;
  const scaled = (seconds: number) => seconds * 1000 * cloud.timeScale;
  const waitMs = scaled(policy?.TrafficRoutingConfiguration.WaitIntervalInSeconds ?? 0);
  const limitSeconds = policy?.MaximumExecutionTimeoutInSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const deadline = Date.now() + scaled(limitSeconds);
  const names = watchedAlarms(config);
  const look = (): void => {
    const alarms = inAlarm(names);
    if (alarms.length > 0) {
      throw new RollBackError(`The deployment was rolled back: in ALARM: ${alarms.join(", ")}.`);
    }
    const unwell = next.fleets.find((fleet) => fleet.desired > 0 && fleet.healthy.length === 0);
    if (unwell !== undefined) {
      throw new RollBackError(
        `The deployment was rolled back: no instance of variant ${unwell.variant.VariantName} passes the ping health check.`,
      );
    }
    if (Date.now() > deadline) {
      throw new RollBackError(
        `The deployment was rolled back: it took longer than MaximumExecutionTimeoutInSeconds (${limitSeconds} s).`,
      );
    }
  };
  for (const share of steps) {
    look();
    traffic.shift(next, share);
    const end = Date.now() + waitMs;
    for (let left = waitMs; left > 0; left = end - Date.now()) {
      await sleep(Math.min(left, LOOK_MS * cloud.timeScale), undefined, { signal: cloud.closing });
      look();
    }
  }
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
