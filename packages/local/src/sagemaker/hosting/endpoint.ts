import { seconds } from "../../cloud.js";
import { type EndpointConfig, variantsOf } from "./endpoint-configs.js";
import type { Fleet } from "./fleet.js";
import type { Model } from "./models.js";

/** Desired state of one variant of an endpoint. */
export interface VariantState {
  readonly desired: number;
  readonly weight: number;
}

/** An endpoint as it is kept. */
export interface Endpoint {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly modified: number;
  readonly status: "Creating" | "InService" | "Updating" | "Failed" | "Deleting";
  readonly configName: string;
  /** The config and the models as they were: an endpoint outlives them. */
  readonly config: EndpointConfig;
  readonly models: Readonly<Record<string, Model>>;
  readonly variants: Readonly<Record<string, VariantState>>;
  readonly failureReason?: string;
  readonly lastDeploymentConfig?: unknown;
}

/** The running side of an endpoint. */
export interface Deployment {
  readonly endpointName: string;
  readonly config: EndpointConfig;
  readonly fleets: readonly Fleet[];
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
): Record<string, unknown> {
  const fleets = deployment?.fleets ?? [];
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: endpoint.configName,
    EndpointStatus: endpoint.status,
    FailureReason: endpoint.failureReason,
    CreationTime: seconds(endpoint.created),
    LastModifiedTime: seconds(endpoint.modified),
    LastDeploymentConfig: endpoint.lastDeploymentConfig,
    AsyncInferenceConfig: endpoint.config.request.AsyncInferenceConfig,
    ProductionVariants: variantsOf(endpoint.config).map((variant) => {
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
