import { randomUUID } from "node:crypto";
import { type Cloud, seconds } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import type { JsonInput, JsonOperations } from "../wire/json-service.js";

/** A scalable target: a variant and the bounds of its instance count. */
export interface ScalableTarget {
  readonly resourceId: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly roleArn: string;
  readonly arn: string;
  readonly created: number;
  readonly suspendedState: unknown;
}

/** A scaling policy of a target. */
export interface ScalingPolicy {
  readonly arn: string;
  readonly created: number;
  readonly request: JsonInput;
}

const DIMENSION = "sagemaker:variant:DesiredInstanceCount";

/** Makes the Application Auto Scaling operations. */
export function createAutoscalingOperations(cloud: Cloud, endpoints: EndpointService): JsonOperations {
  const targets = cloud.records.open<ScalableTarget>("scalable-targets");
  const policies = cloud.records.open<ScalingPolicy>("scaling-policies");
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
        suspendedState: input.SuspendedState ?? former?.suspendedState,
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
        if (policy.request.ResourceId === target.resourceId) policies.delete(policyKey(policy.request));
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
      const former = policies.get(policyKey(input));
      const policy: ScalingPolicy = {
        arn:
          former?.arn ??
          `${prefix}:scalingPolicy:${randomUUID()}:resource/sagemaker/${input.ResourceId}:policyName/${input.PolicyName}`,
        created: former?.created ?? Date.now(),
        request: { ...input, PolicyType: type },
      };
      policies.set(policyKey(input), policy);
      return { PolicyARN: policy.arn, Alarms: [] };
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
          Alarms: [],
        })),
      };
    },
    DeleteScalingPolicy(input) {
      checkKind(input);
      if (!policies.has(policyKey(input))) {
        throw new AwsError(
          "ObjectNotFoundException",
          `No scaling policy found for service namespace: sagemaker, resource ID: ${input.ResourceId}, scalable dimension: ${DIMENSION}, policy name: ${input.PolicyName}`,
        );
      }
      policies.delete(policyKey(input));
      return {};
    },
    DescribeScalingActivities(input) {
      checkKind(input);
      return { ScalingActivities: [] };
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
