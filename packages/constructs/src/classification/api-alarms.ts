import { Duration } from "aws-cdk-lib";
import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import {
  type Alarm,
  Alarm as CloudWatchAlarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  type IMetric,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

/** What is watched. */
export interface WatchedApi {
  readonly api: RestApi;
  readonly classifier: LambdaFunction;
  readonly endpointName: string;
  readonly alarmTopic: ITopic | undefined;
}

/** A metric is judged over five minutes, twice. */
const PERIOD = Duration.minutes(5);

/** Alarms on faults, slowness and refusals of the API, and a dashboard that shows it beside its endpoint. */
export function watchApi(scope: Construct, { api, classifier, endpointName, alarmTopic }: WatchedApi): void {
  // The average of this metric is the share of requests that it counts.
  const faults = api.metricServerError({ period: PERIOD, statistic: "Average" });
  const latency = api.metricLatency({ period: PERIOD, statistic: "p99" });
  const throttles = classifier.metricThrottles({ period: PERIOD });
  const alarm = (id: string, metric: IMetric, threshold: number, description: string): Alarm =>
    new CloudWatchAlarm(scope, id, {
      metric,
      threshold,
      evaluationPeriods: 2,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: description,
    });
  const alarms = [
    alarm("FaultsAlarm", faults, 0.01, "More than 1 % of the API's answers are faults of ours"),
    alarm("LatencyAlarm", latency, 10_000, "1 % of the API's answers take longer than 10 s"),
    alarm("ThrottlesAlarm", throttles, 0, "The account runs as many functions at once as it may"),
  ];
  if (alarmTopic !== undefined) for (const one of alarms) one.addAlarmAction(new SnsAction(alarmTopic));
  const ofEndpoint = (metricName: string, statistic: string) =>
    new Metric({
      namespace: "AWS/SageMaker",
      metricName,
      statistic,
      period: PERIOD,
      dimensionsMap: { EndpointName: endpointName, VariantName: "AllTraffic" },
    });
  new Dashboard(scope, "Dashboard", {
    widgets: [
      [
        new GraphWidget({
          title: "Requests",
          left: [api.metricCount({ period: PERIOD })],
          right: [faults],
          width: 12,
        }),
        new GraphWidget({
          title: "Latency, ms",
          left: [api.metricLatency({ period: PERIOD }), latency],
          width: 12,
        }),
      ],
      [
        new GraphWidget({ title: "Invocations", left: [ofEndpoint("Invocations", "Sum")], width: 12 }),
        new GraphWidget({ title: "Model latency, µs", left: [ofEndpoint("ModelLatency", "p99")], width: 12 }),
      ],
    ],
  });
}
