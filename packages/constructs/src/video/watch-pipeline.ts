import { Duration } from "aws-cdk-lib";
import {
  Alarm,
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
  const ofEndpoint = (metricName: string, statistic: string) =>
    new Metric({
      namespace: "AWS/SageMaker",
      metricName,
      statistic,
      period: PERIOD,
      dimensionsMap: { EndpointName: endpointName },
    });
  const told = (topic: ITopic, label: string) =>
    new Metric({
      namespace: "AWS/SNS",
      metricName: "NumberOfMessagesPublished",
      statistic: "Sum",
      period: PERIOD,
      label,
      dimensionsMap: { TopicName: topic.topicName },
    });
  const alarm = (id: string, metric: IMetric, threshold: number, alarmDescription: string): Alarm =>
    new Alarm(scope, id, {
      ...{ metric, threshold, alarmDescription, evaluationPeriods: 2 },
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  const backlog = ofEndpoint("ApproximateBacklogSize", "Maximum");
  const alarms = [
    alarm("StarterAlarm", starter.metricErrors({ period: PERIOD }), 0, "Videos are not handed on"),
    alarm(
      "FinisherAlarm",
      finisher.metricErrors({ period: PERIOD }),
      0,
      "Ends of videos are not written down",
    ),
    alarm("BacklogAlarm", backlog, BACKLOG, "More videos wait than the endpoint will do soon"),
  ];
  if (alarmTopic !== undefined) for (const one of alarms) one.addAlarmAction(new SnsAction(alarmTopic));
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
          left: [starter.metricErrors({ period: PERIOD }), finisher.metricErrors({ period: PERIOD })],
        }),
        new GraphWidget({
          ...{ title: "Model latency, µs", width: 12 },
          left: [ofEndpoint("ModelLatency", "p99")],
        }),
      ],
    ],
  });
}
