import { HONOURED_STATUS_LISTING } from "../listing.js";
import type { SageMakerHonoured } from "../operation-types.js";

/** The operations on training jobs that are implemented. */
export type TrainingOperation =
  | "CreateTrainingJob"
  | "DescribeTrainingJob"
  | "ListTrainingJobs"
  | "StopTrainingJob"
  | "DeleteTrainingJob";

const JOB = { TrainingJobName: "done" } as const;

/** What the operations on training jobs honour of their inputs. */
export const HONOURED_TRAINING: SageMakerHonoured<TrainingOperation> = {
  CreateTrainingJob: {
    TrainingJobName: "done",
    HyperParameters: "done",
    AlgorithmSpecification: {
      TrainingImage: "done",
      TrainingInputMode: "done",
      MetricDefinitions: "done",
      ContainerEntrypoint: "done",
      ContainerArguments: "done",
      // The built-in algorithms are sent with it; there is no time series of their metrics here.
      EnableSageMakerMetricsTimeSeries: "kept",
      TrainingImageConfig: { TrainingRepositoryAccessMode: "kept" },
    },
    RoleArn: "kept",
    InputDataConfig: {
      ChannelName: "done",
      DataSource: {
        S3DataSource: {
          S3DataType: ["ManifestFile", "S3Prefix"],
          S3Uri: "done",
          S3DataDistributionType: "done",
        },
      },
      ContentType: "done",
      CompressionType: ["None"],
      RecordWrapperType: "done",
      InputMode: "done",
    },
    OutputDataConfig: { KmsKeyId: "kept", S3OutputPath: "done", CompressionType: "done" },
    ResourceConfig: {
      InstanceType: "kept",
      InstanceCount: "done",
      VolumeSizeInGB: "kept",
      VolumeKmsKeyId: "kept",
      KeepAlivePeriodInSeconds: "done",
    },
    VpcConfig: "kept",
    StoppingCondition: {
      MaxRuntimeInSeconds: "done",
      MaxWaitTimeInSeconds: "done",
      // Nothing waits for capacity here.
      MaxPendingTimeInSeconds: "kept",
    },
    Tags: "done",
    EnableNetworkIsolation: "kept",
    EnableInterContainerTrafficEncryption: "kept",
    EnableManagedSpotTraining: "done",
    CheckpointConfig: "done",
    Environment: "done",
    // The SageMaker Python SDK sends both with its jobs; nothing is profiled or debugged here.
    ProfilerConfig: "kept",
    DebugHookConfig: "kept",
    RemoteDebugConfig: { EnableRemoteDebug: [false] },
    InfraCheckConfig: { EnableInfraCheck: "kept" },
    SessionChainingConfig: { EnableSessionTagChaining: [false] },
  },
  DescribeTrainingJob: JOB,
  ListTrainingJobs: { ...HONOURED_STATUS_LISTING, WarmPoolStatusEquals: "done" },
  StopTrainingJob: JOB,
  DeleteTrainingJob: JOB,
};
