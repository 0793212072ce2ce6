import type { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** One alarm: its id, what is judged, above what it is raised, and what it says. */
export type Watched = readonly [id: string, metric: IMetric, threshold: number, description: string];

/** Alarms that are raised when a metric has been too high for two of its periods; silence is no alarm. */
export function raiseAlarms(
  scope: Construct,
  alarmTopic: ITopic | undefined,
  watched: readonly Watched[],
): Alarm[] {
  return watched.map(([id, metric, threshold, alarmDescription]) => {
    const alarm = new Alarm(scope, id, {
      metric,
      threshold,
      alarmDescription,
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (alarmTopic !== undefined) alarm.addAlarmAction(new SnsAction(alarmTopic));
    return alarm;
  });
}

/** What SageMaker measures of an endpoint's invocations, which it does by variant. */
export function invocationMetric(
  endpointName: string,
  metricName: string,
  statistic: string,
  period: Duration,
): Metric {
  return new Metric({
    namespace: "AWS/SageMaker",
    metricName,
    statistic,
    period,
    dimensionsMap: { EndpointName: endpointName, VariantName: "AllTraffic" },
  });
}
