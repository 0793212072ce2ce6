import { HONOURED_LISTING, HONOURED_STATUS_LISTING } from "../listing.js";
import type { SageMakerHonoured } from "../operation-types.js";

/** The operations on models that are implemented. */
export type ModelOperation = "CreateModel" | "DescribeModel" | "ListModels" | "DeleteModel";
/** The operations on endpoint configs that are implemented. */
export type EndpointConfigOperation =
  | "CreateEndpointConfig"
  | "DescribeEndpointConfig"
  | "ListEndpointConfigs"
  | "DeleteEndpointConfig";
/** The operations on endpoints that are implemented. */
export type EndpointOperation =
  | "CreateEndpoint"
  | "DescribeEndpoint"
  | "ListEndpoints"
  | "UpdateEndpoint"
  | "DeleteEndpoint"
  | "UpdateEndpointWeightsAndCapacities";

const VARIANT = {
  VariantName: "done",
  ModelName: "done",
  InitialInstanceCount: "done",
  InstanceType: "kept",
  InitialVariantWeight: "done",
  VolumeSizeInGB: "kept",
  // Nothing is downloaded from far away.
  ModelDataDownloadTimeoutInSeconds: "kept",
  ContainerStartupHealthCheckTimeoutInSeconds: "done",
  RoutingConfig: "done",
  InferenceAmiVersion: "kept",
  EnableSSMAccess: [false],
  ServerlessConfig: { MemorySizeInMB: "done", MaxConcurrency: "done" },
} as const;

const CONTAINER = {
  ContainerHostname: "kept",
  Image: "done",
  ImageConfig: { RepositoryAccessMode: "kept" },
  Mode: "done",
  MultiModelConfig: { ModelCacheSetting: ["Enabled"] },
  ModelDataUrl: "done",
  ModelDataSource: { S3DataSource: { S3Uri: "done", S3DataType: "done", CompressionType: "done" } },
  Environment: "done",
  ModelPackageName: "done",
} as const;

/** Blue/green in all its forms; batches that replace each other in place are not done here. */
const DEPLOYMENT = {
  BlueGreenUpdatePolicy: "done",
  AutoRollbackConfiguration: "done",
} as const;

/** What the operations on models, endpoint configs and endpoints honour of their inputs. */
export const HONOURED_HOSTING: SageMakerHonoured<
  ModelOperation | EndpointConfigOperation | EndpointOperation
> = {
  CreateModel: {
    ModelName: "done",
    PrimaryContainer: CONTAINER,
    Containers: CONTAINER,
    // One container is both.
    InferenceExecutionConfig: "kept",
    ExecutionRoleArn: "kept",
    Tags: "done",
    VpcConfig: "kept",
    EnableNetworkIsolation: "kept",
  },
  DescribeModel: { ModelName: "done" },
  ListModels: HONOURED_LISTING,
  DeleteModel: { ModelName: "done" },
  CreateEndpointConfig: {
    EndpointConfigName: "done",
    ProductionVariants: VARIANT,
    ShadowProductionVariants: VARIANT,
    DataCaptureConfig: {
      EnableCapture: "done",
      InitialSamplingPercentage: "done",
      DestinationS3Uri: "done",
      KmsKeyId: "kept",
      CaptureOptions: "done",
      CaptureContentTypeHeader: "done",
    },
    Tags: "done",
    KmsKeyId: "kept",
    AsyncInferenceConfig: {
      ClientConfig: "done",
      OutputConfig: {
        KmsKeyId: "kept",
        S3OutputPath: "done",
        S3FailurePath: "done",
        // There is no SNS here to tell anything to.
        NotificationConfig: "kept",
      },
    },
    ExecutionRoleArn: "kept",
    VpcConfig: "kept",
    EnableNetworkIsolation: "kept",
    MetricsConfig: { EnableEnhancedMetrics: [false], MetricPublishFrequencyInSeconds: [60] },
  },
  DescribeEndpointConfig: { EndpointConfigName: "done" },
  ListEndpointConfigs: HONOURED_LISTING,
  DeleteEndpointConfig: { EndpointConfigName: "done" },
  CreateEndpoint: {
    EndpointName: "done",
    EndpointConfigName: "done",
    DeploymentConfig: DEPLOYMENT,
    Tags: "done",
  },
  DescribeEndpoint: { EndpointName: "done" },
  ListEndpoints: HONOURED_STATUS_LISTING,
  UpdateEndpoint: {
    EndpointName: "done",
    EndpointConfigName: "done",
    RetainAllVariantProperties: "done",
    ExcludeRetainedVariantProperties: "done",
    DeploymentConfig: DEPLOYMENT,
    RetainDeploymentConfig: "done",
  },
  DeleteEndpoint: { EndpointName: "done" },
  UpdateEndpointWeightsAndCapacities: {
    EndpointName: "done",
    DesiredWeightsAndCapacities: { VariantName: "done", DesiredWeight: "done", DesiredInstanceCount: "done" },
  },
};
