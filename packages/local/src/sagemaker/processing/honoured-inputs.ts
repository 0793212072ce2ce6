import { HONOURED_STATUS_LISTING } from "../listing.js";
import type { SageMakerHonoured } from "../operation-types.js";

/** The operations on processing jobs that are implemented. */
export type ProcessingOperation =
  | "CreateProcessingJob"
  | "DescribeProcessingJob"
  | "ListProcessingJobs"
  | "StopProcessingJob"
  | "DeleteProcessingJob";

const JOB = { ProcessingJobName: "done" } as const;

/** What the operations on processing jobs honour of their inputs. */
export const HONOURED_PROCESSING: SageMakerHonoured<ProcessingOperation> = {
  CreateProcessingJob: {
    ProcessingInputs: {
      InputName: "done",
      AppManaged: [false],
      S3Input: {
        S3Uri: "done",
        LocalPath: "done",
        S3DataType: "done",
        S3InputMode: ["File"],
        S3DataDistributionType: "done",
        S3CompressionType: ["None"],
      },
    },
    ProcessingOutputConfig: {
      Outputs: {
        OutputName: "done",
        S3Output: { S3Uri: "done", LocalPath: "done", S3UploadMode: "done" },
        AppManaged: [false],
      },
      KmsKeyId: "kept",
    },
    ProcessingJobName: "done",
    ProcessingResources: {
      ClusterConfig: {
        InstanceCount: "done",
        InstanceType: "kept",
        VolumeSizeInGB: "kept",
        VolumeKmsKeyId: "kept",
      },
    },
    StoppingCondition: "done",
    AppSpecification: { ImageUri: "done", ContainerEntrypoint: "done", ContainerArguments: "done" },
    Environment: "done",
    NetworkConfig: "kept",
    RoleArn: "kept",
    Tags: "done",
  },
  DescribeProcessingJob: JOB,
  ListProcessingJobs: HONOURED_STATUS_LISTING,
  StopProcessingJob: JOB,
  DeleteProcessingJob: JOB,
};
