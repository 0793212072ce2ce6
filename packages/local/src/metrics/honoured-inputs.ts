import type * as CloudWatch from "@aws-sdk/client-cloudwatch";
import type { HonouredInputs } from "../wire/honoured-members.js";

/** The operations of CloudWatch that are implemented. */
export type MetricOperation =
  | "PutMetricData"
  | "ListMetrics"
  | "GetMetricStatistics"
  | "GetMetricData"
  | "PutMetricAlarm"
  | "DescribeAlarms"
  | "DescribeAlarmsForMetric"
  | "DeleteAlarms";

/** What names a metric's statistic. */
const STATISTIC = {
  Namespace: "done",
  MetricName: "done",
  Dimensions: "done",
  Period: "done",
  Statistic: "done",
  ExtendedStatistic: "done",
  Unit: "done",
} as const;

/** What the operations of CloudWatch honour of their inputs. */
export const HONOURED_METRICS: HonouredInputs<typeof CloudWatch, MetricOperation> = {
  PutMetricData: {
    Namespace: "done",
    MetricData: {
      MetricName: "done",
      Dimensions: "done",
      Timestamp: "done",
      Value: "done",
      StatisticValues: "done",
      Values: "done",
      Counts: "done",
      Unit: "done",
      // All metrics are kept at ten seconds.
      StorageResolution: "kept",
    },
    StrictEntityValidation: [false],
  },
  ListMetrics: {
    Namespace: "done",
    MetricName: "done",
    Dimensions: "done",
    NextToken: "done",
    RecentlyActive: ["PT3H"],
    IncludeLinkedAccounts: [false],
  },
  GetMetricStatistics: {
    Namespace: "done",
    MetricName: "done",
    Dimensions: "done",
    StartTime: "done",
    EndTime: "done",
    Period: "done",
    Statistics: "done",
    ExtendedStatistics: "done",
    Unit: "done",
  },
  GetMetricData: {
    MetricDataQueries: { Id: "done", MetricStat: "done", Label: "done", ReturnData: "done" },
    StartTime: "done",
    EndTime: "done",
    ScanBy: "done",
  },
  PutMetricAlarm: {
    AlarmName: "done",
    AlarmDescription: "done",
    ActionsEnabled: "done",
    // Scaling policies and deployments are acted on; there is nobody else here whom an alarm could tell.
    OKActions: "kept",
    AlarmActions: "done",
    InsufficientDataActions: "kept",
    ...STATISTIC,
    EvaluationPeriods: "done",
    DatapointsToAlarm: "done",
    Threshold: "done",
    ComparisonOperator: [
      "GreaterThanOrEqualToThreshold",
      "GreaterThanThreshold",
      "LessThanThreshold",
      "LessThanOrEqualToThreshold",
    ],
    TreatMissingData: "done",
    EvaluateLowSampleCountPercentile: ["evaluate"],
  },
  DescribeAlarms: {
    AlarmNames: "done",
    AlarmNamePrefix: "done",
    AlarmTypes: "done",
    StateValue: "done",
    ActionPrefix: "done",
    MaxRecords: "done",
    NextToken: "done",
  },
  DescribeAlarmsForMetric: STATISTIC,
  DeleteAlarms: { AlarmNames: "done" },
};
