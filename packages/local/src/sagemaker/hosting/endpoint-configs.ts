import { arn } from "../../arn.js";
import type { Cloud } from "../../cloud.js";
import { AwsError } from "../../errors.js";
import type { RecordStore } from "../../state/record-store.js";
import { type Kept, listPage } from "../listing.js";
import type { SageMakerInput, SageMakerOperations } from "../operation-types.js";
import type { TagStore } from "../tags.js";
import type { EndpointConfigOperation } from "./honoured-inputs.js";
import { containerOf, findModel, type Model } from "./models.js";

/** The CreateEndpointConfig call. */
export type EndpointConfigRequest = SageMakerInput<"CreateEndpointConfig">;
/** A production variant of it. */
export type VariantConfig = EndpointConfigRequest["ProductionVariants"][number];
/** Asynchronous inference of an endpoint config. */
export type AsyncInferenceConfig = NonNullable<EndpointConfigRequest["AsyncInferenceConfig"]>;

/** An endpoint config as it is kept. */
export interface EndpointConfig extends Kept {
  readonly request: EndpointConfigRequest;
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
): SageMakerOperations<EndpointConfigOperation> {
  return {
    CreateEndpointConfig(input) {
      const name = input.EndpointConfigName;
      const configArn = endpointConfigArn(cloud, name);
      if (configs.has(name)) {
        throw new AwsError(
          "ValidationException",
          `Cannot create already existing endpoint configuration "${configArn}".`,
        );
      }
      checkVariants(cloud, models, input);
      const now = Date.now();
      tags.create(configArn, input.Tags);
      configs.set(name, { name, arn: configArn, created: now, modified: now, request: input });
      return { EndpointConfigArn: configArn };
    },
    DescribeEndpointConfig(input) {
      const config = findEndpointConfig(cloud, configs, input.EndpointConfigName);
      const { Tags: _tags, ...request } = config.request;
      return {
        ...request,
        ProductionVariants: request.ProductionVariants.map(withWeight),
        ShadowProductionVariants: request.ShadowProductionVariants?.map(withWeight),
        EndpointConfigArn: config.arn,
        CreationTime: new Date(config.created),
      };
    },
    ListEndpointConfigs(input) {
      const { items, nextToken } = listPage(configs.all(), input);
      return {
        EndpointConfigs: items.map((config) => ({
          EndpointConfigName: config.name,
          EndpointConfigArn: config.arn,
          CreationTime: new Date(config.created),
        })),
        NextToken: nextToken,
      };
    },
    DeleteEndpointConfig(input) {
      const config = findEndpointConfig(cloud, configs, input.EndpointConfigName);
      configs.delete(config.name);
      tags.remove(config.arn);
      return {};
    },
  };
}

/** A variant with the weight that it has when nobody says. */
function withWeight(variant: VariantConfig) {
  return { InitialVariantWeight: 1, ...variant };
}

function checkVariants(cloud: Cloud, models: RecordStore<Model>, request: EndpointConfigRequest): void {
  const { ProductionVariants: production, ShadowProductionVariants: shadows = [] } = request;
  const refuse = (message: string) => {
    throw new AwsError("ValidationException", message);
  };
  if (shadows.length > 1 || (shadows.length === 1 && production.length > 1)) {
    refuse("A shadow variant goes with one production variant: give one of each.");
  }
  const isAsync = request.AsyncInferenceConfig !== undefined;
  if (isAsync && (shadows.length > 0 || request.DataCaptureConfig !== undefined)) {
    refuse("An asynchronous endpoint takes neither shadow variants nor data capture.");
  }
  const names = new Set<string>();
  for (const variant of [...production, ...shadows]) {
    if (names.has(variant.VariantName)) refuse(`The variant name "${variant.VariantName}" is used twice.`);
    names.add(variant.VariantName);
    if (variant.ModelName === undefined)
      refuse("The local SageMaker does not implement inference components.");
    else if (containerOf(findModel(cloud, models, variant.ModelName)).Mode === "MultiModel") {
      if (isAsync || variant.ServerlessConfig !== undefined) {
        refuse("A multi-model container is neither served asynchronously nor serverless.");
      }
    }
    if (variant.ServerlessConfig !== undefined) {
      if (isAsync || shadows.length > 0) {
        refuse("A serverless variant is neither asynchronous nor has it a shadow.");
      }
      if (production.length > 1 || request.DataCaptureConfig !== undefined) {
        refuse("A serverless variant is an endpoint's only one, and nothing of it is captured.");
      }
      if (variant.InstanceType !== undefined || variant.InitialInstanceCount !== undefined) {
        refuse("A serverless variant has neither InstanceType nor InitialInstanceCount.");
      }
      if (variant.ServerlessConfig.MemorySizeInMB % 1024 !== 0) {
        refuse("MemorySizeInMB must be 1024, 2048, 3072, 4096, 5120 or 6144.");
      }
    } else if (variant.InstanceType === undefined || variant.InitialInstanceCount === undefined) {
      refuse(`The variant "${variant.VariantName}" needs InstanceType and InitialInstanceCount.`);
    }
  }
}
