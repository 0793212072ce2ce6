import { Duration } from "aws-cdk-lib";
import { Dashboard, GraphWidget, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { invocationMetric, raiseAlarms } from "../parts/raise-alarms.js";

/** What is watched. */
export interface WatchedPipeline {
  readonly starter: LambdaFunction;
  readonly finisher: LambdaFunction;
  readonly endpointName: string;
  readonly completedTopic: ITopic;
  readonly failedTopic: ITopic;
  readonly alarmTopic: ITopic | undefined;
}

/** A metric is judged over five minutes, twice. */
const PERIOD = Duration.minutes(5);
/** Videos that wait for each instance, after which no more help comes soon: four instances are the most. */
const BACKLOG = 40;

/** Alarms on functions that fail and on a backlog that does not go down, and a dashboard of the way of a video. */
export function watchPipeline(scope: Construct, props: WatchedPipeline): void {
  const { starter, finisher, endpointName, completedTopic, failedTopic, alarmTopic } = props;
  const told = (topic: ITopic, label: string) =>
    new Metric({
      namespace: "AWS/SNS",
      metricName: "NumberOfMessagesPublished",
      statistic: "Sum",
      period: PERIOD,
      label,
      dimensionsMap: { TopicName: topic.topicName },
    });
  // Whoever waits, waits at the endpoint: this metric knows no variant.
  const backlog = new Metric({
    namespace: "AWS/SageMaker",
    metricName: "ApproximateBacklogSize",
    statistic: "Maximum",
    period: PERIOD,
    dimensionsMap: { EndpointName: endpointName },
  });
  const started = starter.metricErrors({ period: PERIOD });
  const finished = finisher.metricErrors({ period: PERIOD });
  raiseAlarms(scope, alarmTopic, [
    ["StarterAlarm", started, 0, "Videos are not handed on"],
    ["FinisherAlarm", finished, 0, "Ends of videos are not written down"],
    ["BacklogAlarm", backlog, BACKLOG, "More videos wait than the endpoint will do soon"],
  ]);
  new Dashboard(scope, "Dashboard", {
    widgets: [
      [
        new GraphWidget({
          ...{ title: "Videos", width: 12 },
          left: [told(completedTopic, "marked up"), told(failedTopic, "failed")],
        }),
        new GraphWidget({ title: "Waiting at the endpoint", left: [backlog], width: 12 }),
      ],
      [
        new GraphWidget({
          ...{ title: "Functions that failed", width: 12 },
          left: [started, finished],
        }),
        new GraphWidget({
          ...{ title: "Model latency, µs", width: 12 },
          left: [invocationMetric(endpointName, "ModelLatency", "p99", PERIOD)],
        }),
      ],
    ],
  });
}
