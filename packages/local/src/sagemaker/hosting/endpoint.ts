import type { SageMakerInput, SageMakerOutput } from "../operation-types.js";
import type { Deployment } from "./deployment.js";
import type { EndpointConfig } from "./endpoint-configs.js";
import type { EndpointStatus } from "./endpoint-states.js";
import type { Model } from "./models.js";

/** How an update is to go about it: waits, shares, alarms. */
export type DeploymentConfig = NonNullable<SageMakerInput<"UpdateEndpoint">["DeploymentConfig"]>;

/** Desired state of one variant of an endpoint. */
export interface VariantState {
  readonly desired: number;
  readonly weight: number;
}

/** What an endpoint serves: a config, its models as they were, and the variants' counts and weights. */
export interface EndpointPlan {
  /** The config and the models as they were: an endpoint outlives them. */
  readonly config: EndpointConfig;
  readonly models: Readonly<Record<string, Model>>;
  readonly variants: Readonly<Record<string, VariantState>>;
}

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
