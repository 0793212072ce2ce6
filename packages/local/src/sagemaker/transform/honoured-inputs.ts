import { HONOURED_STATUS_LISTING } from "../listing.js";
import type { SageMakerHonoured } from "../operation-types.js";

/** The operations on batch transform jobs that are implemented. */
export type TransformOperation =
  | "CreateTransformJob"
  | "DescribeTransformJob"
  | "ListTransformJobs"
  | "StopTransformJob";

/** What the operations on batch transform jobs honour of their inputs. */
export const HONOURED_TRANSFORM: SageMakerHonoured<TransformOperation> = {
  CreateTransformJob: {
    TransformJobName: "done",
    ModelName: "done",
    MaxConcurrentTransforms: "done",
    ModelClientConfig: "done",
    MaxPayloadInMB: "done",
    BatchStrategy: "done",
    Environment: "done",
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: ["ManifestFile", "S3Prefix"], S3Uri: "done" } },
      ContentType: "done",
      CompressionType: ["None"],
      SplitType: ["None", "Line"],
    },
    TransformOutput: { S3OutputPath: "done", Accept: "done", AssembleWith: "done", KmsKeyId: "kept" },
    TransformResources: { InstanceType: "kept", InstanceCount: "done", VolumeKmsKeyId: "kept" },
    DataProcessing: { InputFilter: ["$"], OutputFilter: ["$"], JoinSource: ["None"] },
    Tags: "done",
  },
  DescribeTransformJob: { TransformJobName: "done" },
  ListTransformJobs: HONOURED_STATUS_LISTING,
  StopTransformJob: { TransformJobName: "done" },
};
