import { Duration } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

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
    new Metric({
      namespace: "AWS/SageMaker",
      metricName,
      statistic,
      period: Duration.minutes(1),
      dimensionsMap: { EndpointName: endpointName, VariantName: "AllTraffic" },
    });
  const alarm = (id: string, watched: Metric, threshold: number, alarmDescription: string) =>
    new Alarm(scope, id, {
      metric: watched,
      threshold,
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription,
    });
  const alarms = [
    alarm(
      "EndpointFaults",
      metric("Invocation5XXErrors", "Average"),
      0.01,
      `More than 1 % of the answers of ${endpointName} are faults`,
    ),
    // CloudWatch has this metric in microseconds.
    alarm(
      "EndpointLatency",
      metric("ModelLatency", "p99"),
      maxLatencyMs * 1000,
      `1 % of the answers of ${endpointName} take longer than ${maxLatencyMs} ms`,
    ),
  ];
  if (alarmTopic !== undefined) for (const one of alarms) one.addAlarmAction(new SnsAction(alarmTopic));
  return alarms;
}
