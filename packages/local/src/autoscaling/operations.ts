import { randomUUID } from "node:crypto";
import { type Cloud, seconds } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { Alarm } from "../metrics/alarms.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import type { RecordStore } from "../state/record-store.js";
import type { JsonInput, JsonOperations } from "../wire/json-service.js";

import type { ScalingRecords } from "./scaler.js";
import type { ScalableTarget, ScalingPolicy, TargetTracking } from "./scaling.js";
import { trackingAlarms } from "./tracking-alarms.js";

const DIMENSION = "sagemaker:variant:DesiredInstanceCount";

/** Makes the Application Auto Scaling operations. */
export function createAutoscalingOperations(
  cloud: Cloud,
  endpoints: EndpointService,
  records: ScalingRecords,
  alarms: RecordStore<Alarm>,
): JsonOperations {
  const { targets, policies, activities } = records;
  const prefix = `arn:aws:autoscaling:${cloud.region}:${cloud.account}`;

  const checkKind = (input: JsonInput): void => {
    if (input.ServiceNamespace !== "sagemaker") {
      throw new AwsError(
        "ValidationException",
        `Only the service namespace sagemaker is implemented locally.`,
      );
    }
    const dimension = input.ScalableDimension;
    if (dimension !== undefined && dimension !== DIMENSION) {
      throw new AwsError(
        "ValidationException",
        `Only the scalable dimension ${DIMENSION} is implemented locally.`,
      );
    }
  };
  const findTarget = (input: JsonInput): ScalableTarget => {
    checkKind(input);
    const target = targets.get(input.ResourceId as string);
    if (target !== undefined) return target;
    throw new AwsError(
      "ObjectNotFoundException",
      `No scalable target registered for service namespace: sagemaker, resource ID: ${input.ResourceId}, scalable dimension: ${DIMENSION}`,
    );
  };
  const policyKey = (input: JsonInput) => `${input.ResourceId}|${input.PolicyName}`;
  const removePolicy = (policy: ScalingPolicy): void => {
    for (const name of policy.alarms) alarms.delete(name);
    policies.delete(policyKey(policy.request));
  };
  const showAlarms = (policy: ScalingPolicy) =>
    alarms
      .all()
      .filter((alarm) => alarm.actions.includes(policy.arn))
      .map((alarm) => ({ AlarmName: alarm.name, AlarmARN: alarm.arn }));

  return {
    RegisterScalableTarget(input) {
      checkKind(input);
      const resourceId = input.ResourceId as string;
      const former = targets.get(resourceId);
      const minCapacity = (input.MinCapacity as number | undefined) ?? former?.minCapacity;
      const maxCapacity = (input.MaxCapacity as number | undefined) ?? former?.maxCapacity;
      if (minCapacity === undefined || maxCapacity === undefined) {
        throw new AwsError(
          "ValidationException",
          "MinCapacity and MaxCapacity are required for a new scalable target.",
        );
      }
      if (minCapacity < 0 || minCapacity > maxCapacity) {
        throw new AwsError(
          "ValidationException",
          "Minimum capacity cannot be greater than maximum capacity.",
        );
      }
      requireVariant(endpoints, resourceId);
      const suspendedState =
        (input.SuspendedState as ScalableTarget["suspendedState"] | undefined) ?? former?.suspendedState;
      const target: ScalableTarget = {
        resourceId,
        minCapacity,
        maxCapacity,
        roleArn:
          (input.RoleARN as string | undefined) ??
          former?.roleArn ??
          `arn:aws:iam::${cloud.account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
        arn:
          former?.arn ??
          `arn:aws:application-autoscaling:${cloud.region}:${cloud.account}:scalable-target/${randomUUID()}`,
        created: former?.created ?? Date.now(),
        ...(suspendedState === undefined ? {} : { suspendedState }),
      };
      targets.set(resourceId, target);
      return { ScalableTargetARN: target.arn };
    },
    DescribeScalableTargets(input) {
      checkKind(input);
      const ids = input.ResourceIds as readonly string[] | undefined;
      const found = targets.all().filter((target) => ids === undefined || ids.includes(target.resourceId));
      return {
        ScalableTargets: found.map((target) => ({
          ServiceNamespace: "sagemaker",
          ResourceId: target.resourceId,
          ScalableDimension: DIMENSION,
          MinCapacity: target.minCapacity,
          MaxCapacity: target.maxCapacity,
          RoleARN: target.roleArn,
          CreationTime: seconds(target.created),
          SuspendedState: target.suspendedState ?? {
            DynamicScalingInSuspended: false,
            DynamicScalingOutSuspended: false,
            ScheduledScalingSuspended: false,
          },
          ScalableTargetARN: target.arn,
        })),
      };
    },
    DeregisterScalableTarget(input) {
      const target = findTarget(input);
      targets.delete(target.resourceId);
      for (const policy of policies.all()) {
        if (policy.request.ResourceId === target.resourceId) removePolicy(policy);
      }
      return {};
    },
    PutScalingPolicy(input) {
      findTarget(input);
      const type = (input.PolicyType as string | undefined) ?? "StepScaling";
      if (type === "TargetTrackingScaling" && input.TargetTrackingScalingPolicyConfiguration === undefined) {
        throw new AwsError(
          "ValidationException",
          "A target tracking policy needs TargetTrackingScalingPolicyConfiguration.",
        );
      }
      if (type === "StepScaling" && input.StepScalingPolicyConfiguration === undefined) {
        throw new AwsError("ValidationException", "A step policy needs StepScalingPolicyConfiguration.");
      }
      const tracking = input.TargetTrackingScalingPolicyConfiguration as TargetTracking | undefined;
      if (tracking !== undefined && !(tracking.TargetValue > 0)) {
        throw new AwsError("ValidationException", "TargetValue must be greater than 0.");
      }
      const former = policies.get(policyKey(input));
      const policyArn =
        former?.arn ??
        `${prefix}:scalingPolicy:${randomUUID()}:resource/sagemaker/${input.ResourceId}:policyName/${input.PolicyName}`;
      const [, endpoint, , variant] = (input.ResourceId as string).split("/") as [
        string,
        string,
        string,
        string,
      ];
      const made =
        tracking === undefined ? [] : trackingAlarms(cloud, tracking, policyArn, endpoint, variant);
      for (const name of former?.alarms ?? []) alarms.delete(name);
      for (const alarm of made) alarms.set(alarm.name, alarm);
      const policy: ScalingPolicy = {
        arn: policyArn,
        created: former?.created ?? Date.now(),
        request: { ...input, PolicyType: type },
        alarms: made.map(({ name }) => name),
      };
      policies.set(policyKey(input), policy);
      return { PolicyARN: policy.arn, Alarms: showAlarms(policy) };
    },
    DescribeScalingPolicies(input) {
      checkKind(input);
      const names = input.PolicyNames as readonly string[] | undefined;
      const found = policies
        .all()
        .filter(({ request }) => input.ResourceId === undefined || request.ResourceId === input.ResourceId)
        .filter(({ request }) => names === undefined || names.includes(request.PolicyName as string));
      return {
        ScalingPolicies: found.map((policy) => ({
          ...policy.request,
          PolicyARN: policy.arn,
          CreationTime: seconds(policy.created),
          Alarms: showAlarms(policy),
        })),
      };
    },
    DeleteScalingPolicy(input) {
      checkKind(input);
      const policy = policies.get(policyKey(input));
      if (policy === undefined) {
        throw new AwsError(
          "ObjectNotFoundException",
          `No scaling policy found for service namespace: sagemaker, resource ID: ${input.ResourceId}, scalable dimension: ${DIMENSION}, policy name: ${input.PolicyName}`,
        );
      }
      removePolicy(policy);
      return {};
    },
    DescribeScalingActivities(input) {
      checkKind(input);
      return {
        ScalingActivities: activities
          .all()
          .filter((activity) => input.ResourceId === undefined || activity.resourceId === input.ResourceId)
          .reverse()
          .map((activity) => ({
            ActivityId: activity.id,
            ServiceNamespace: "sagemaker",
            ResourceId: activity.resourceId,
            ScalableDimension: DIMENSION,
            Description: activity.description,
            Cause: activity.cause,
            StartTime: seconds(activity.startMs),
            EndTime: seconds(activity.endMs),
            StatusCode: "Successful",
          })),
      };
    },
  };
}

function requireVariant(endpoints: EndpointService, resourceId: string): void {
  const match = /^endpoint\/([^/]+)\/variant\/([^/]+)$/.exec(resourceId);
  const endpoint = match === null ? undefined : endpoints.endpoints.get(match[1]!);
  if (endpoint?.variants[match![2]!] !== undefined) return;
  const arnText = `endpoint/${match?.[1] ?? resourceId}`;
  throw new AwsError(
    "ValidationException",
    `Could not find variant of resource "${arnText}": ${resourceId} does not exist.`,
  );
}
