import { randomUUID } from "node:crypto";
import type * as AutoScaling from "@aws-sdk/client-application-auto-scaling";
import type { Cloud } from "../cloud.js";
import { type EndpointService, isServerless } from "../sagemaker/hosting/endpoints.js";
import type { Operations } from "../wire/operation-types.js";
import { invalid, KIND, notFound, page } from "./answers.js";
import type { ScalingOperation } from "./honoured-inputs.js";
import { type PolicyRequest, type ScalableTarget, type ScalingPolicy, variantOf } from "./scaling.js";
import { policyKey, removePolicy, removeTarget, type ScalingRecords } from "./scaling-records.js";
import { createScheduledActionOperations } from "./scheduled-action-operations.js";
import { trackingAlarms } from "./tracking-alarms.js";

/** Makes the Application Auto Scaling operations. */
export function createAutoscalingOperations(
  cloud: Cloud,
  endpoints: EndpointService,
  records: ScalingRecords,
): Operations<typeof AutoScaling, ScalingOperation> {
  const { targets, policies, activities, alarms } = records;

  const findTarget = (resourceId: string): ScalableTarget => {
    const target = targets.get(resourceId);
    if (target !== undefined) return target;
    throw notFound("scalable target registered", resourceId);
  };
  const showAlarms = (policy: ScalingPolicy) =>
    alarms
      .all()
      .filter((alarm) => alarm.actions.includes(policy.arn))
      .map((alarm) => ({ AlarmName: alarm.name, AlarmARN: alarm.arn }));

  return {
    ...createScheduledActionOperations(cloud, records, findTarget),
    RegisterScalableTarget(input) {
      const resourceId = input.ResourceId;
      const former = targets.get(resourceId);
      const minCapacity = input.MinCapacity ?? former?.minCapacity;
      const maxCapacity = input.MaxCapacity ?? former?.maxCapacity;
      if (minCapacity === undefined || maxCapacity === undefined) {
        throw invalid("MinCapacity and MaxCapacity are required for a new scalable target.");
      }
      if (minCapacity < 0 || minCapacity > maxCapacity) {
        throw invalid("Minimum capacity cannot be greater than maximum capacity.");
      }
      requireVariant(endpoints, resourceId);
      const suspendedState = input.SuspendedState ?? former?.suspendedState;
      const target: ScalableTarget = {
        resourceId,
        minCapacity,
        maxCapacity,
        roleArn:
          input.RoleARN ??
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
      const { ResourceIds: ids } = input;
      const found = targets.all().filter(({ resourceId }) => ids?.includes(resourceId) ?? true);
      const { page: shown, nextToken } = page(found, input);
      return {
        ScalableTargets: shown.map((target) => ({
          ...KIND,
          ResourceId: target.resourceId,
          MinCapacity: target.minCapacity,
          MaxCapacity: target.maxCapacity,
          RoleARN: target.roleArn,
          CreationTime: new Date(target.created),
          SuspendedState: target.suspendedState ?? {
            DynamicScalingInSuspended: false,
            DynamicScalingOutSuspended: false,
            ScheduledScalingSuspended: false,
          },
          ScalableTargetARN: target.arn,
        })),
        NextToken: nextToken,
      };
    },
    DeregisterScalableTarget(input) {
      removeTarget(records, findTarget(input.ResourceId).resourceId);
      return {};
    },
    PutScalingPolicy(input) {
      findTarget(input.ResourceId);
      const request = checkPolicy(input);
      const key = policyKey(input);
      const former = policies.get(key);
      const arn =
        former?.arn ??
        `arn:aws:autoscaling:${cloud.region}:${cloud.account}:scalingPolicy:${randomUUID()}:resource/sagemaker/${input.ResourceId}:policyName/${input.PolicyName}`;
      const { endpointName, variantName } = variantOf(input.ResourceId)!;
      const tracking = input.TargetTrackingScalingPolicyConfiguration;
      const made =
        tracking === undefined ? [] : trackingAlarms(cloud, tracking, arn, endpointName, variantName);
      for (const name of former?.alarms ?? []) alarms.delete(name);
      for (const alarm of made) alarms.set(alarm.name, alarm);
      const created = former?.created ?? Date.now();
      const policy: ScalingPolicy = { arn, created, request, alarms: made.map(({ name }) => name) };
      policies.set(key, policy);
      return { PolicyARN: policy.arn, Alarms: showAlarms(policy) };
    },
    DescribeScalingPolicies(input) {
      const { PolicyNames: names, ResourceId: resource } = input;
      const found = policies
        .all()
        .filter(({ request }) => resource === undefined || request.ResourceId === resource)
        .filter(({ request }) => names?.includes(request.PolicyName) ?? true);
      const { page: shown, nextToken } = page(found, input);
      return {
        ScalingPolicies: shown.map((policy) => ({
          ...policy.request,
          PolicyType: policy.request.PolicyType ?? "StepScaling",
          PolicyARN: policy.arn,
          CreationTime: new Date(policy.created),
          Alarms: showAlarms(policy),
        })),
        NextToken: nextToken,
      };
    },
    DeleteScalingPolicy(input) {
      const policy = policies.get(policyKey(input));
      if (policy === undefined) {
        throw notFound("scaling policy found", input.ResourceId, `, policy name: ${input.PolicyName}`);
      }
      removePolicy(records, policy);
      return {};
    },
    DescribeScalingActivities(input) {
      const { ResourceId: resource } = input;
      const found = activities
        .all()
        .filter(({ resourceId }) => resource === undefined || resourceId === resource)
        .reverse();
      const { page: shown, nextToken } = page(found, input);
      return {
        ScalingActivities: shown.map((activity) => ({
          ...KIND,
          ActivityId: activity.id,
          ResourceId: activity.resourceId,
          Description: activity.description,
          Cause: activity.cause,
          StartTime: new Date(activity.startMs),
          EndTime: new Date(activity.endMs),
          StatusCode: "Successful",
        })),
        NextToken: nextToken,
      };
    },
  };
}

/** A policy with its type, which is StepScaling when nobody says. @throws AwsError ValidationException */
function checkPolicy(input: PolicyRequest): PolicyRequest {
  const { PolicyType: type = "StepScaling", TargetTrackingScalingPolicyConfiguration: tracking } = input;
  if (type === "TargetTrackingScaling" && tracking === undefined) {
    throw invalid("A target tracking policy needs TargetTrackingScalingPolicyConfiguration.");
  }
  if (type === "StepScaling" && input.StepScalingPolicyConfiguration === undefined) {
    throw invalid("A step policy needs StepScalingPolicyConfiguration.");
  }
  if (tracking !== undefined && !(tracking.TargetValue > 0)) {
    throw invalid("TargetValue must be greater than 0.");
  }
  return { ...input, PolicyType: type };
}

function requireVariant(endpoints: EndpointService, resourceId: string): void {
  const variant = variantOf(resourceId);
  const endpoint = variant && endpoints.endpoints.get(variant.endpointName);
  if (endpoint?.variants[variant!.variantName] !== undefined) {
    if (!isServerless(endpoint, variant!.variantName)) return;
    throw invalid(`${resourceId} is serverless: it has no instances to scale.`);
  }
  const name = `endpoint/${variant?.endpointName ?? resourceId}`;
  throw invalid(`Could not find variant of resource "${name}": ${resourceId} does not exist.`);
}
