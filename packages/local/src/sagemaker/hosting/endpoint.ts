import type { SageMakerOutput } from "../operation-types.js";
import type { Deployment } from "./deployment.js";
import type { DeploymentConfig, EndpointPlan, VariantState } from "./endpoint-plan.js";

/** What an endpoint is doing, as DescribeEndpoint says it. */
export type EndpointStatus = "Creating" | "InService" | "Updating" | "RollingBack" | "Failed" | "Deleting";

/** An endpoint as it is kept. */
export interface Endpoint extends EndpointPlan {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly modified: number;
  readonly status: EndpointStatus;
  readonly configName: string;
  readonly failureReason?: string;
  readonly lastDeploymentConfig?: DeploymentConfig;
}

/** Keeps counts and weights of variants that both configs have, as RetainAllVariantProperties asks. */
export function retainVariants(
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
          desired: excluded.includes("DesiredInstanceCount") ? state.desired : kept.desired,
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
  const fleets = deployment?.fleets ?? [];
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    FailureReason: endpoint.failureReason,
    CreationTime: new Date(endpoint.created),
    LastModifiedTime: new Date(endpoint.modified),
    LastDeploymentConfig: endpoint.lastDeploymentConfig,
    AsyncInferenceConfig: endpoint.config.request.AsyncInferenceConfig,
    ProductionVariants: endpoint.config.request.ProductionVariants.map((variant) => {
      const state = endpoint.variants[variant.VariantName]!;
      const fleet = fleets.find((candidate) => candidate.variant.VariantName === variant.VariantName);
      const image = fleet?.image;
      return {
        VariantName: variant.VariantName,
        DeployedImages: image === undefined ? undefined : [{ SpecifiedImage: image, ResolvedImage: image }],
        CurrentWeight: fleet?.weight,
        DesiredWeight: state.weight,
        CurrentInstanceCount: fleet?.healthy.length ?? 0,
        DesiredInstanceCount: state.desired,
      };
    }),
  };
}
