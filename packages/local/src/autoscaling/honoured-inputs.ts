import type * as AutoScaling from "@aws-sdk/client-application-auto-scaling";
import type { HonouredInputs } from "../wire/honoured-members.js";

/** The operations of Application Auto Scaling that are implemented. */
export type ScalingOperation =
  | "RegisterScalableTarget"
  | "DescribeScalableTargets"
  | "DeregisterScalableTarget"
  | "PutScalingPolicy"
  | "DescribeScalingPolicies"
  | "DeleteScalingPolicy"
  | "DescribeScalingActivities"
  | "PutScheduledAction"
  | "DescribeScheduledActions"
  | "DeleteScheduledAction";

/** The variants of SageMaker's endpoints are the only things that scale here. */
const KIND = {
  ServiceNamespace: ["sagemaker"],
  ScalableDimension: ["sagemaker:variant:DesiredInstanceCount"],
} as const;

const PAGE = { MaxResults: "done", NextToken: "done" } as const;

/** What the operations of Application Auto Scaling honour of their inputs. */
export const HONOURED_SCALING: HonouredInputs<typeof AutoScaling, ScalingOperation> = {
  RegisterScalableTarget: {
    ...KIND,
    ResourceId: "done",
    MinCapacity: "done",
    MaxCapacity: "done",
    RoleARN: "kept",
    SuspendedState: "done",
  },
  DescribeScalableTargets: { ...KIND, ...PAGE, ResourceIds: "done" },
  DeregisterScalableTarget: { ...KIND, ResourceId: "done" },
  PutScalingPolicy: {
    ...KIND,
    PolicyName: "done",
    ResourceId: "done",
    PolicyType: ["StepScaling", "TargetTrackingScaling"],
    StepScalingPolicyConfiguration: {
      AdjustmentType: "done",
      StepAdjustments: "done",
      MinAdjustmentMagnitude: "done",
      Cooldown: "done",
      // What the alarm's newest datapoint is is the alarm's affair.
      MetricAggregationType: "kept",
    },
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: "done",
      PredefinedMetricSpecification: {
        PredefinedMetricType: [
          "SageMakerVariantInvocationsPerInstance",
          "SageMakerVariantConcurrentRequestsPerModelHighResolution",
        ],
      },
      CustomizedMetricSpecification: {
        MetricName: "done",
        Namespace: "done",
        Dimensions: "done",
        Statistic: "done",
        Unit: "done",
      },
      ScaleOutCooldown: "done",
      ScaleInCooldown: "done",
      DisableScaleIn: "done",
    },
  },
  DescribeScalingPolicies: { ...KIND, ...PAGE, PolicyNames: "done", ResourceId: "done" },
  DeleteScalingPolicy: { ...KIND, PolicyName: "done", ResourceId: "done" },
  DescribeScalingActivities: {
    ...KIND,
    ...PAGE,
    ResourceId: "done",
    IncludeNotScaledActivities: [false],
  },
  PutScheduledAction: {
    ...KIND,
    ScheduledActionName: "done",
    ResourceId: "done",
    Schedule: "done",
    Timezone: "done",
    StartTime: "done",
    EndTime: "done",
    ScalableTargetAction: "done",
  },
  DescribeScheduledActions: { ...KIND, ...PAGE, ScheduledActionNames: "done", ResourceId: "done" },
  DeleteScheduledAction: { ...KIND, ScheduledActionName: "done", ResourceId: "done" },
};
