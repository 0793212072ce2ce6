import { randomUUID } from "node:crypto";
import type { StandardUnit } from "@aws-sdk/client-cloudwatch";
import { arn } from "../arn.js";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { Alarm } from "../metrics/alarms.js";
import { readMetric } from "../metrics/metric-names.js";
import type { MetricName } from "../metrics/metric-store.js";
import type { TargetTracking } from "./scaling.js";

/** Scaling in waits for this share of the target, so that it does not swing. */
const LOW_SHARE = 0.9;
/** Datapoints above the target before scaling out: 3. */
const HIGH_PERIODS = 3;
/** How long the metric must be low before scaling in: 15 minutes. */
const LOW_SECONDS = 900;

/** The metric that a policy follows. @throws AwsError ValidationException for one that is not implemented */
function trackedMetric(
  policy: TargetTracking,
  endpoint: string,
  variant: string,
): Pick<Alarm, "metric" | "statistic" | "periodSeconds" | "unit"> {
  const own = { EndpointName: endpoint, VariantName: variant };
  const metric = (name: string): MetricName => ({ namespace: "AWS/SageMaker", name, dimensions: own });
  const predefined = policy.PredefinedMetricSpecification?.PredefinedMetricType;
  if (predefined === "SageMakerVariantInvocationsPerInstance") {
    return { metric: metric("InvocationsPerInstance"), statistic: "Sum", periodSeconds: 60 };
  }
  if (predefined === "SageMakerVariantConcurrentRequestsPerModelHighResolution") {
    return { metric: metric("ConcurrentRequestsPerModel"), statistic: "Average", periodSeconds: 10 };
  }
  const custom = policy.CustomizedMetricSpecification;
  if (custom?.MetricName !== undefined && custom.Namespace !== undefined) {
    // The clients type it as any text; what CloudWatch does not know matches nothing.
    const unit = custom.Unit === undefined ? {} : { unit: custom.Unit as StandardUnit };
    return {
      metric: readMetric(custom),
      statistic: custom.Statistic ?? "Average",
      periodSeconds: 60,
      ...unit,
    };
  }
  throw new AwsError(
    "ValidationException",
    `The local server does not follow the metric ${predefined ?? "of metric math"}.`,
  );
}

/** The pair of alarms by which a target tracking policy acts, as Application Auto Scaling makes them. */
export function trackingAlarms(
  cloud: Cloud,
  policy: TargetTracking,
  policyArn: string,
  endpoint: string,
  variant: string,
): readonly Alarm[] {
  const tracked = trackedMetric(policy, endpoint, variant);
  const { periodSeconds } = tracked;
  const make = (
    kind: "AlarmHigh" | "AlarmLow",
    periods: number,
    threshold: number,
    comparison: Alarm["comparison"],
  ): Alarm => {
    const name = `TargetTracking-endpoint/${endpoint}/variant/${variant}-${kind}-${randomUUID()}`;
    return {
      name,
      arn: arn(cloud, "cloudwatch", `alarm:${name}`),
      ...tracked,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      threshold,
      comparison,
      treatMissing: "missing",
      actionsEnabled: true,
      actions: [policyArn],
      state: "INSUFFICIENT_DATA",
      stateReason: "Unchecked: Initial alarm creation",
      stateMs: Date.now(),
      configuredMs: Date.now(),
      description: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policyArn}.`,
    };
  };
  const high = make("AlarmHigh", HIGH_PERIODS, policy.TargetValue, "GreaterThanThreshold");
  if (policy.DisableScaleIn === true) return [high];
  const low = make(
    "AlarmLow",
    LOW_SECONDS / periodSeconds,
    policy.TargetValue * LOW_SHARE,
    "LessThanThreshold",
  );
  return [high, low];
}
