import { arn, type Cloud, seconds } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import type { JsonInput, JsonOperations } from "../../wire/json-service.js";
import { listPage } from "../listing.js";
import type { TagStore } from "../tags.js";
import type { Model } from "./models.js";

/** A production variant as CreateEndpointConfig has it. */
export interface VariantConfig {
  readonly VariantName: string;
  readonly ModelName?: string;
  readonly InitialInstanceCount?: number;
  readonly InstanceType?: string;
  readonly InitialVariantWeight?: number;
  readonly ContainerStartupHealthCheckTimeoutInSeconds?: number;
  readonly ServerlessConfig?: { readonly MaxConcurrency: number; readonly MemorySizeInMB: number };
}

/** Asynchronous inference of an endpoint config. */
export interface AsyncInferenceConfig {
  readonly ClientConfig?: { readonly MaxConcurrentInvocationsPerInstance?: number };
  readonly OutputConfig: { readonly S3OutputPath?: string; readonly S3FailurePath?: string };
}

/** An endpoint config as it is kept. */
export interface EndpointConfig {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  readonly modified: number;
  readonly request: JsonInput;
}

/** The variants of a config. */
export function variantsOf(config: EndpointConfig): readonly VariantConfig[] {
  return config.request.ProductionVariants as readonly VariantConfig[];
}

/** The asynchronous part of a config, if it has one. */
export function asyncConfigOf(config: EndpointConfig): AsyncInferenceConfig | undefined {
  return config.request.AsyncInferenceConfig as AsyncInferenceConfig | undefined;
}

/** ARN of an endpoint config. */
export function endpointConfigArn(cloud: Cloud, name: string): string {
  return arn(cloud, "sagemaker", `endpoint-config/${name.toLowerCase()}`);
}

/** @throws AwsError ValidationException, worded as AWS words it */
export function findEndpointConfig(
  cloud: Cloud,
  configs: RecordStore<EndpointConfig>,
  name: string,
): EndpointConfig {
  const config = configs.get(name);
  if (config !== undefined) return config;
  throw new AwsError(
    "ValidationException",
    `Could not find endpoint configuration "${endpointConfigArn(cloud, name)}".`,
  );
}

/** Makes the endpoint config operations. */
export function createEndpointConfigOperations(
  cloud: Cloud,
  tags: TagStore,
  configs: RecordStore<EndpointConfig>,
  models: RecordStore<Model>,
): JsonOperations {
  const find = (input: JsonInput) => findEndpointConfig(cloud, configs, input.EndpointConfigName as string);
  return {
    CreateEndpointConfig(input) {
      const name = input.EndpointConfigName as string;
      const configArn = endpointConfigArn(cloud, name);
      if (configs.has(name)) {
        throw new AwsError(
          "ValidationException",
          `Cannot create already existing endpoint configuration "${configArn}".`,
        );
      }
      checkVariants(cloud, models, input);
      const now = Date.now();
      tags.create(configArn, input);
      configs.set(name, { name, arn: configArn, created: now, modified: now, request: input });
      return { EndpointConfigArn: configArn };
    },
    DescribeEndpointConfig(input) {
      const config = find(input);
      const { Tags: _tags, ...request } = config.request;
      return {
        ...request,
        ProductionVariants: variantsOf(config).map((variant) => ({ InitialVariantWeight: 1, ...variant })),
        EndpointConfigArn: config.arn,
        CreationTime: seconds(config.created),
      };
    },
    ListEndpointConfigs(input) {
      const page = listPage(configs.all(), input);
      return {
        EndpointConfigs: page.items.map((config) => ({
          EndpointConfigName: config.name,
          EndpointConfigArn: config.arn,
          CreationTime: seconds(config.created),
        })),
        NextToken: page.nextToken,
      };
    },
    DeleteEndpointConfig(input) {
      const config = find(input);
      configs.delete(config.name);
      tags.remove(config.arn);
      return {};
    },
  };
}

function checkVariants(cloud: Cloud, models: RecordStore<Model>, input: JsonInput): void {
  const refuse = (message: string) => {
    throw new AwsError("ValidationException", message);
  };
  for (const feature of ["DataCaptureConfig", "ShadowProductionVariants", "ExplainerConfig"]) {
    const value = input[feature] as { EnableCapture?: boolean } | undefined;
    if (value !== undefined && value.EnableCapture !== false) {
      refuse(`The local SageMaker does not implement ${feature}.`);
    }
  }
  const names = new Set<string>();
  for (const variant of input.ProductionVariants as readonly VariantConfig[]) {
    if (names.has(variant.VariantName)) refuse(`The variant name "${variant.VariantName}" is used twice.`);
    names.add(variant.VariantName);
    if (variant.ModelName === undefined)
      refuse("The local SageMaker does not implement inference components.");
    else if (!models.has(variant.ModelName)) {
      refuse(
        `Could not find model "${arn(cloud, "sagemaker", `model/${variant.ModelName.toLowerCase()}`)}".`,
      );
    }
    if (variant.ServerlessConfig !== undefined)
      refuse("The local SageMaker does not implement ServerlessConfig.");
    if (variant.InstanceType === undefined || variant.InitialInstanceCount === undefined) {
      refuse(`The variant "${variant.VariantName}" needs InstanceType and InitialInstanceCount.`);
    }
  }
}
