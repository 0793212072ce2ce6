import { Duration } from "aws-cdk-lib";
import type { RestApi } from "aws-cdk-lib/aws-apigateway";
import { Dashboard, GraphWidget } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { invocationMetric, raiseAlarms } from "../parts/raise-alarms.js";

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
  raiseAlarms(scope, alarmTopic, [
    ["FaultsAlarm", faults, 0.01, "More than 1 % of the API's answers are faults of ours"],
    ["LatencyAlarm", latency, 10_000, "1 % of the API's answers take longer than 10 s"],
    ["ThrottlesAlarm", throttles, 0, "The account runs as many functions at once as it may"],
  ]);
  const ofEndpoint = (metricName: string, statistic: string) =>
    invocationMetric(endpointName, metricName, statistic, PERIOD);
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
