// Session: region, credentials, role, bucket

export type { RawParameters } from "./aws/call.js";
export type { AwsService, Credentials, SendOptions, SendRequest } from "./aws/send-request.js";
export { createSession, type Logger, SESSION_TAG, type Session, type SessionOptions } from "./session.js";

// Files in S3

export { type EnsureBucketOptions, ensureBucket } from "./s3/bucket.js";
export { deleteFiles } from "./s3/delete-files.js";
export {
  type DownloadEvent,
  type DownloadedFile,
  type DownloadOptions,
  downloadFile,
} from "./s3/download-file.js";
export { type DownloadFolderOptions, downloadFolder } from "./s3/download-folder.js";
export { headObject, listFiles, type S3Object, type S3RequestOptions } from "./s3/list-files.js";
export { type ReadObjectOptions, readObject } from "./s3/read-object.js";
export { formatS3Uri, parseS3Uri, type S3Location } from "./s3/s3-uri.js";
export {
  type UploadEvent,
  type UploadedFile,
  type UploadOptions,
  type UploadResult,
  uploadFiles,
} from "./s3/upload-files.js";
export { type WriteObjectOptions, writeObject } from "./s3/write-object.js";

// Images of algorithms

export {
  accountImage,
  type BuiltInAlgorithm,
  builtInImageUri,
  builtInRegions,
  type ContainerImage,
  containerImage,
} from "./images/image-uri.js";

// Training

export type { LogLine } from "./logs/log-reader.js";
export {
  type CustomAlgorithmOptions,
  customAlgorithm,
  type TrainingAlgorithm,
} from "./training/algorithm.js";
export {
  type Channel,
  type ChannelOptions,
  fileChannel,
  imageChannel,
  modelChannel,
  recordIOChannel,
} from "./training/channels.js";
export { deleteTrainingJob, stopTrainingJob } from "./training/end-training-job.js";
export { type ImageClassificationOptions, imageClassification } from "./training/image-classification.js";
export { imageClassificationMetrics, type MetricPattern, type MetricValue } from "./training/metrics.js";
export { startTrainingJob } from "./training/start-training-job.js";
export type { TrainingEvent, TrainingJob, TrainingResult } from "./training/training-job.js";
export type { NetworkOptions, TrainingJobOptions } from "./training/training-options.js";
export {
  type WaitForTrainingJobOptions,
  type WatchTrainingJobOptions,
  waitForTrainingJob,
  watchTrainingJob,
} from "./training/watch-training-job.js";

// Hyperparameter tuning

export { startTuningJob, type TuningJobOptions } from "./tuning/start-tuning-job.js";
export type {
  TuningCandidate,
  TuningEvent,
  TuningJob,
  TuningRange,
  TuningResult,
} from "./tuning/tuning-job.js";
export {
  stopTuningJob,
  type WaitForTuningJobOptions,
  waitForTuningJob,
} from "./tuning/wait-for-tuning-job.js";

// Models

export type { ClassificationManifest, ModelManifest, VideoManifest } from "@sightline/contract/manifest";
export { type CreateModelOptions, createModel, deleteModel } from "./models/create-model.js";
export { type DownloadModelOptions, downloadModel } from "./models/download-model.js";
export { type ExtractedFile, type ExtractOptions, extractArchive } from "./models/extract-archive.js";
export type { Model, ModelArtifact } from "./models/model.js";
export {
  type PackedModel,
  type PackModelOptions,
  packModel,
} from "./models/pack-model.js";
export { type UploadModelOptions, uploadModel } from "./models/upload-model.js";

// Endpoints

export {
  type AutoscalingOptions,
  deregisterAutoscaling,
  recommendScalingTarget,
  registerAutoscaling,
} from "./endpoints/autoscaling.js";
export { type Deleted, deleteEndpoint } from "./endpoints/delete-endpoint.js";
export { deployEndpoint } from "./endpoints/deploy-endpoint.js";
export type { DeployEndpointOptions } from "./endpoints/deploy-options.js";
export type { DeploymentStrategy } from "./endpoints/deployment-strategy.js";
export { type AutoscalingState, describeAutoscaling } from "./endpoints/describe-autoscaling.js";
export type { DeployEvent, Endpoint } from "./endpoints/endpoint.js";
export type {
  AsyncInferenceOptions,
  DataCaptureOptions,
  EndpointConfigOptions,
  EndpointInstance,
  ServerlessOptions,
} from "./endpoints/endpoint-config.js";
export { getEndpoint } from "./endpoints/get-endpoint.js";
export { waitForEndpoint } from "./endpoints/wait-for-endpoint.js";
export type { WaitOptions } from "./wait/poll.js";

// Invocations

export { type ClassProbability, classifyImage, topClasses } from "./endpoints/classify-image.js";
export { type ClassifyImagesOptions, classifyImages } from "./endpoints/classify-images.js";
export { type InvocationResult, type InvokeOptions, invokeEndpoint } from "./endpoints/invoke-endpoint.js";
export {
  type AsyncInvocation,
  type AsyncInvocationEvent,
  type InvokeAsyncOptions,
  invokeEndpointAsync,
  type WaitForAsyncOptions,
  waitForAsyncInvocation,
} from "./endpoints/invoke-endpoint-async.js";
export { type InvokeStreamOptions, invokeEndpointStream } from "./endpoints/invoke-endpoint-stream.js";
export {
  startVideoMarkup,
  type VideoMarkup,
  type VideoMarkupRequest,
  type VideoMarkupResult,
  waitForVideoMarkup,
} from "./video/video-markup.js";

// Jobs on many instances

export type { JobEvent, WaitForJobOptions } from "./jobs/job-watch.js";
export {
  markUpOnInstances,
  packOnInstances,
  type ShardedJobOptions,
  type ShardedMarkUpOptions,
  type ShardedPackingOptions,
  type ShardedResult,
} from "./jobs/sharded-jobs.js";
export {
  type ProcessingInput,
  type ProcessingJob,
  type ProcessingJobOptions,
  type ProcessingOutput,
  startProcessingJob,
} from "./jobs/start-processing-job.js";
export {
  startTransformJob,
  stopTransformJob,
  type TransformJob,
  type TransformJobOptions,
  waitForTransformJob,
} from "./jobs/transform-job.js";
export {
  deleteProcessingJob,
  type ProcessingResult,
  waitForProcessingJob,
} from "./jobs/wait-for-processing-job.js";

// What was made, and its end

export { deleteResources } from "./cleanup/delete-resources.js";
export { type ListResourcesOptions, listResources, type Resource } from "./cleanup/list-resources.js";

// Errors

export {
  ArchiveError,
  AwsRequestError,
  type AwsRequestFailure,
  EndpointFailedError,
  InvalidInputError,
  InvocationError,
  JobFailedError,
  type JobFailure,
  ProcessingJobFailedError,
  RegionNotOfferedError,
  ResourceConflictError,
  SdkError,
  TrainingJobFailedError,
  TransformJobFailedError,
  TuningJobFailedError,
  WaitTimeoutError,
} from "./errors.js";
