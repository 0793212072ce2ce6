import { checkInteger, checkNumber } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";

/** Between what an endpoint's instances may move, and how fast. */
interface AutoscalingLimits {
  /** At least 1; 0 with `backlogPerInstance`: the first waiting invocation then starts an instance. */
  readonly minInstances: number;
  /** At least 1, and not below `minInstances`. */
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

/** The targets that are given, by name; one when it is right. */
export function targetsOf(options: AutoscalingOptions): [string, number][] {
  return Object.entries({
    invocationsPerInstancePerMinute: options.invocationsPerInstancePerMinute,
    concurrentRequestsPerInstance: options.concurrentRequestsPerInstance,
    backlogPerInstance: options.backlogPerInstance,
  }).filter((entry): entry is [string, number] => entry[1] !== undefined);
}
