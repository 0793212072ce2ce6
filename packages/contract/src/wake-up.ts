// The AWS clients' types want a list that could be changed.
const StepAdjustments: { MetricIntervalLowerBound: number; ScalingAdjustment: number }[] = [
  { MetricIntervalLowerBound: 0, ScalingAdjustment: 1 },
];

/**
 * What starts the first instance of an asynchronous endpoint: a step policy, called by an alarm on invocations that wait
 * while no instance runs. Target tracking cannot leave zero, as without an instance there is no backlog per instance.
 * Source: SageMaker guide, "Autoscale an asynchronous endpoint", "scaling policy that scales up from zero".
 */
export const wakeUp = {
  policy: {
    PolicyType: "StepScaling",
    StepScalingPolicyConfiguration: {
      AdjustmentType: "ChangeInCapacity",
      MetricAggregationType: "Average",
      Cooldown: 300,
      StepAdjustments,
    },
  },
  alarm: {
    Namespace: "AWS/SageMaker",
    MetricName: "HasBacklogWithoutCapacity",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 2,
    DatapointsToAlarm: 2,
    Threshold: 1,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    TreatMissingData: "missing",
  },
} as const;
