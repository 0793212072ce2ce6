import type { Kept } from "../listing.js";
import type { SageMakerOutput } from "../operation-types.js";
import type { Deployment, VariantFleet } from "./deployment.js";
import type { VariantConfig } from "./endpoint-configs.js";
import type { DataCaptureConfig, DeploymentConfig, EndpointPlan, VariantState } from "./endpoint-plan.js";

/** What an endpoint is doing, as DescribeEndpoint says it. */
export type EndpointStatus = "Creating" | "InService" | "Updating" | "RollingBack" | "Failed" | "Deleting";

/** An endpoint as it is kept. */
export interface Endpoint extends EndpointPlan, Kept {
  readonly status: EndpointStatus;
  readonly configName: string;
  readonly failureReason?: string;
  readonly lastDeploymentConfig?: DeploymentConfig;
}

/** A plan that keeps what the endpoint has, as RetainAllVariantProperties asks. */
export function retainPlan(
  next: EndpointPlan,
  former: EndpointPlan,
  excluded: readonly string[],
): EndpointPlan {
  return {
    ...next,
    variants: retainVariants(next.variants, former.variants, excluded),
    dataCapture: excluded.includes("DataCaptureConfig")
      ? next.dataCapture
      : (former.dataCapture ?? next.dataCapture),
  };
}

/** Keeps counts and weights of variants that both configs have; a serverless one has no count. */
function retainVariants(
  next: Readonly<Record<string, VariantState>>,
  former: Readonly<Record<string, VariantState>>,
  excluded: readonly string[],
): Record<string, VariantState> {
  return Object.fromEntries(
    Object.entries(next).map(([name, state]) => {
      const kept = former[name] ?? state;
      return [
        name,
        {
          desired:
            excluded.includes("DesiredInstanceCount") || state.desired === 0 || kept.desired === 0
              ? state.desired
              : kept.desired,
          weight: excluded.includes("DesiredWeight") ? state.weight : kept.weight,
        },
      ];
    }),
  );
}

/** What DescribeEndpoint answers. */
export function describeEndpoint(
  endpoint: Endpoint,
  deployment: Deployment | undefined,
): SageMakerOutput<"DescribeEndpoint"> {
  const { request } = endpoint.config;
  const show = (variant: VariantConfig) => {
    const { VariantName: name } = variant;
    const fleet = deployment?.fleets.find((candidate) => candidate.variant.VariantName === name);
    return showVariant(variant, endpoint.variants[name]!, fleet);
  };
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    FailureReason: endpoint.failureReason,
    CreationTime: new Date(endpoint.created),
    LastModifiedTime: new Date(endpoint.modified),
    LastDeploymentConfig: endpoint.lastDeploymentConfig,
    AsyncInferenceConfig: request.AsyncInferenceConfig,
    DataCaptureConfig: showCapture(endpoint.dataCapture),
    ProductionVariants: request.ProductionVariants.map(show),
    ShadowProductionVariants: request.ShadowProductionVariants?.map(show),
  };
}

/** A variant as it is now and is to be. Serverless ones have no instances to count. */
function showVariant(variant: VariantConfig, state: VariantState, fleet: VariantFleet | undefined) {
  const image = fleet?.image;
  const { ServerlessConfig: serverless } = variant;
  return {
    VariantName: variant.VariantName,
    DeployedImages: image === undefined ? undefined : [{ SpecifiedImage: image, ResolvedImage: image }],
    CurrentWeight: fleet?.weight,
    DesiredWeight: state.weight,
    ...(serverless === undefined
      ? { CurrentInstanceCount: fleet?.healthy.length ?? 0, DesiredInstanceCount: state.desired }
      : { CurrentServerlessConfig: serverless, DesiredServerlessConfig: serverless }),
  };
}

function showCapture(capture: DataCaptureConfig | undefined) {
  if (capture === undefined) return undefined;
  const { EnableCapture = true, InitialSamplingPercentage, DestinationS3Uri, KmsKeyId = "" } = capture;
  return {
    EnableCapture,
    CaptureStatus: EnableCapture ? ("Started" as const) : ("Stopped" as const),
    CurrentSamplingPercentage: InitialSamplingPercentage,
    DestinationS3Uri,
    KmsKeyId,
  };
}
