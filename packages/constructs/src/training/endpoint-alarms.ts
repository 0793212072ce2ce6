import { Duration } from "aws-cdk-lib";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { invocationMetric, raiseAlarms } from "../parts/raise-alarms.js";

/** What an endpoint is watched for. */
export interface WatchedEndpoint {
  readonly endpointName: string;
  /** Latency of the model that one request in a hundred may pass, in milliseconds. */
  readonly maxLatencyMs: number;
  readonly alarmTopic: ITopic | undefined;
}

/**
 * Alarms on faults and slowness of an endpoint, by whose names an update is rolled back. They are judged by the minute,
 * over two minutes: an update keeps the old instances for five.
 */
export function watchEndpoint(scope: Construct, { endpointName, maxLatencyMs, alarmTopic }: WatchedEndpoint) {
  const metric = (metricName: string, statistic: string) =>
    invocationMetric(endpointName, metricName, statistic, Duration.minutes(1));
  return raiseAlarms(scope, alarmTopic, [
    [
      "EndpointFaults",
      metric("Invocation5XXErrors", "Average"),
      0.01,
      `More than 1 % of the answers of ${endpointName} are faults`,
    ],
    // CloudWatch has this metric in microseconds.
    [
      "EndpointLatency",
      metric("ModelLatency", "p99"),
      maxLatencyMs * 1000,
      `1 % of the answers of ${endpointName} take longer than ${maxLatencyMs} ms`,
    ],
  ]);
}
