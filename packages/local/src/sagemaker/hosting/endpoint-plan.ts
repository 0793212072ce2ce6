import type { SageMakerInput } from "../operation-types.js";
import type { EndpointConfig } from "./endpoint-configs.js";
import type { Model } from "./models.js";

/** How an update is to go about it: waits, shares, alarms. */
export type DeploymentConfig = NonNullable<SageMakerInput<"UpdateEndpoint">["DeploymentConfig"]>;

/** What of requests and answers is kept in S3. */
export type DataCaptureConfig = NonNullable<SageMakerInput<"CreateEndpointConfig">["DataCaptureConfig"]>;

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
  /** The config's own, or the former config's where an update retains it. */
  readonly dataCapture: DataCaptureConfig | undefined;
}
