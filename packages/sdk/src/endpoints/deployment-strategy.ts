import { checkInteger, checkNumber } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";

/** How traffic moves to the new instances, and what makes it move back. */
export type DeploymentStrategy = {
  /** Names of CloudWatch alarms that roll the deployment back, at most 10. */
  readonly rollbackAlarms?: readonly string[];
  /** How long the old instances stay after the switch, 0 to 3,600 s. Default 0. */
  readonly keepOldSeconds?: number;
  /** Limit of the whole deployment, 600 to 28,800 s. Default 14,400. */
  readonly timeoutSeconds?: number;
} & (
  | { readonly kind: "all-at-once" }
  | {
      readonly kind: "canary";
      /** Share of the instances that get traffic first, 1 to 50. */
      readonly percent: number;
      /** Time between the canary and the rest, 0 to 3,600 s. */
      readonly waitSeconds: number;
    }
  | {
      readonly kind: "linear";
      /** Share of the instances at each step, 10 to 50. */
      readonly percent: number;
      readonly waitSeconds: number;
    }
);

const MOST_ALARMS = 10;

/** Checks the guardrails' limits without AWS. */
export function checkDeployment(strategy: DeploymentStrategy): void {
  checkInteger("deployment.keepOldSeconds", strategy.keepOldSeconds, 0, 3600);
  checkInteger("deployment.timeoutSeconds", strategy.timeoutSeconds, 600, 28_800);
  if (strategy.kind !== "all-at-once") {
    checkNumber("deployment.percent", strategy.percent, strategy.kind === "canary" ? 1 : 10, 50);
    checkInteger("deployment.waitSeconds", strategy.waitSeconds, 0, 3600);
  }
  const alarms = strategy.rollbackAlarms ?? [];
  if (alarms.length > MOST_ALARMS) {
    throw new InvalidInputError(
      "deployment.rollbackAlarms",
      `at most ${MOST_ALARMS}`,
      alarms.length,
      "Leave some out.",
    );
  }
}

/** The strategy as UpdateEndpoint takes it. */
export function toDeploymentConfig(strategy: DeploymentStrategy) {
  const alarms = strategy.rollbackAlarms ?? [];
  return {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: toRouting(strategy),
      TerminationWaitInSeconds: strategy.keepOldSeconds ?? 0,
      MaximumExecutionTimeoutInSeconds: strategy.timeoutSeconds ?? 14_400,
    },
    ...(alarms.length === 0
      ? {}
      : { AutoRollbackConfiguration: { Alarms: alarms.map((AlarmName) => ({ AlarmName })) } }),
  };
}

function toRouting(strategy: DeploymentStrategy) {
  if (strategy.kind === "all-at-once") return { Type: "ALL_AT_ONCE" as const, WaitIntervalInSeconds: 0 };
  const size = { Type: "CAPACITY_PERCENT" as const, Value: strategy.percent };
  return strategy.kind === "canary"
    ? { Type: "CANARY" as const, CanarySize: size, WaitIntervalInSeconds: strategy.waitSeconds }
    : { Type: "LINEAR" as const, LinearStepSize: size, WaitIntervalInSeconds: strategy.waitSeconds };
}
