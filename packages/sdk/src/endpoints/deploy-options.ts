import type { Tell } from "@sightline/foundation/long-work";
import type { RawParameters } from "../aws/merge-raw.js";
import type { NetworkOptions } from "../aws/network-options.js";
import type { WaitOptions } from "../aws/poll.js";
import type { Model, ModelArtifact } from "../models/model.js";
import type { ModelPackage } from "../registry/model-package.js";
import type { AutoscalingOptions } from "./autoscaling-options.js";
import type { DeploymentStrategy } from "./deployment-strategy.js";
import type { DeployEvent } from "./endpoint.js";
import type { EndpointConfigOptions } from "./endpoint-config.js";

/** An endpoint to create or to update. */
export interface DeployEndpointOptions extends EndpointConfigOptions, WaitOptions {
  /** Name of the endpoint: 1 to 63 letters, digits and hyphens. */
  readonly name: string;
  /** A training job's result, an uploaded artefact, an approved version of the registry, a model, or a model's name. */
  readonly model: ModelArtifact | ModelPackage | Model | string;
  /** Environment of the container (with an artefact). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Subnets and security groups of the containers. Default: SageMaker's own network. */
  readonly network?: NetworkOptions;
  /** Registered once the endpoint serves. Left out, what is registered stays. */
  readonly autoscaling?: AutoscalingOptions;
  /** How an update moves the traffic. Default: all at once. */
  readonly deployment?: DeploymentStrategy;
  /**
   * Keep the number of instances that runs, instead of going back to `instance.count`. Default: true with
   * autoscaling or without `instance.count`.
   */
  readonly retainInstances?: boolean;
  /** Keep the configuration and model that an update replaces. Default false: those made by this package go. */
  readonly keepFormer?: boolean;
  /** Default: the session's. */
  readonly role?: string;
  /** Tags of what is made, beside the session's; at most 40. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Raw parameters of each of the requests. */
  readonly aws?: {
    /** Of CreateModel. */
    readonly model?: RawParameters;
    /** Of CreateEndpointConfig. */
    readonly endpointConfig?: RawParameters;
    /** Of CreateEndpoint and UpdateEndpoint. */
    readonly endpoint?: RawParameters;
  };
}

/** A deployment under way: what was asked for, its own signal, and where its events go. */
export interface Deployment extends DeployEndpointOptions {
  readonly signal: AbortSignal;
  readonly tell: Tell<DeployEvent>;
}
