import { HONOURED_LISTING } from "../listing.js";
import type { SageMakerHonoured } from "../operation-types.js";

/** The operations of the model registry that are implemented. */
export type RegistryOperation =
  | "CreateModelPackageGroup"
  | "DescribeModelPackageGroup"
  | "ListModelPackageGroups"
  | "DeleteModelPackageGroup"
  | "CreateModelPackage"
  | "DescribeModelPackage"
  | "ListModelPackages"
  | "UpdateModelPackage"
  | "DeleteModelPackage";

const INFERENCE = {
  Containers: {
    ContainerHostname: "kept",
    Image: "done",
    ImageDigest: "kept",
    ModelDataUrl: "done",
    ModelDataSource: "done",
    Environment: "done",
    ModelInput: "kept",
    Framework: "kept",
    FrameworkVersion: "kept",
    NearestModelName: "kept",
    ModelDataETag: "kept",
  },
  SupportedTransformInstanceTypes: "kept",
  SupportedRealtimeInferenceInstanceTypes: "kept",
  SupportedContentTypes: "kept",
  SupportedResponseMIMETypes: "kept",
} as const;

/** What the operations of the model registry honour of their inputs. */
export const HONOURED_REGISTRY: SageMakerHonoured<RegistryOperation> = {
  CreateModelPackageGroup: {
    ModelPackageGroupName: "done",
    ModelPackageGroupDescription: "done",
    Tags: "done",
  },
  DescribeModelPackageGroup: { ModelPackageGroupName: "done" },
  ListModelPackageGroups: { ...HONOURED_LISTING, CrossAccountFilterOption: ["SameAccount"] },
  DeleteModelPackageGroup: { ModelPackageGroupName: "done" },
  CreateModelPackage: {
    ModelPackageName: "done",
    ModelPackageGroupName: "done",
    ModelPackageDescription: "done",
    InferenceSpecification: INFERENCE,
    CertifyForMarketplace: [false],
    Tags: "done",
    ModelApprovalStatus: "done",
    CustomerMetadataProperties: "done",
    SkipModelValidation: ["All", "None"],
    // Shown again as they came; nothing here computes with them.
    MetadataProperties: "kept",
    ModelMetrics: "kept",
    DriftCheckBaselines: "kept",
    Domain: "kept",
    Task: "kept",
    SamplePayloadUrl: "kept",
    SourceUri: "kept",
    ModelLifeCycle: "kept",
    // A request that is sent again by its client makes a second version on AWS too, but for this token.
    ClientToken: "done",
  },
  DescribeModelPackage: { ModelPackageName: "done" },
  ListModelPackages: {
    ...HONOURED_LISTING,
    ModelApprovalStatus: "done",
    ModelPackageGroupName: "done",
    ModelPackageType: "done",
  },
  UpdateModelPackage: {
    ModelPackageArn: "done",
    ModelApprovalStatus: "done",
    ApprovalDescription: "done",
    CustomerMetadataProperties: "done",
    CustomerMetadataPropertiesToRemove: "done",
    InferenceSpecification: INFERENCE,
    SourceUri: "kept",
    ModelLifeCycle: "kept",
    ClientToken: "kept",
  },
  DeleteModelPackage: { ModelPackageName: "done" },
};
