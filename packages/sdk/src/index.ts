// Session: region, credentials, role, bucket

export type { RawParameters } from "./aws/merge-raw.js";
export type { NetworkOptions } from "./aws/network-options.js";
export type { AwsService, Credentials, SendOptions, SendRequest } from "./aws/send-request.js";
export { createSession } from "./create-session.js";
export { type Logger, SESSION_TAG, type Session, type SessionOptions } from "./session.js";

// Work that takes long: await it for the result, iterate it for its events

export type { LongWork } from "@sightline/foundation/long-work";
export type { WaitOptions } from "./aws/poll.js";

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
export { headObject } from "./s3/head-object.js";
export { listFiles } from "./s3/list-files.js";
export { type ReadObjectOptions, readObject } from "./s3/read-object.js";
export type { S3Object, S3ObjectHead, S3RequestOptions } from "./s3/s3-object.js";
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

export { accountImage } from "./images/account-image.js";
export type { BuiltInAlgorithm } from "@sightline/contract/built-in-algorithms";
export { builtInImageUri, builtInRegions } from "./images/built-in-image-uri.js";
export { type ContainerImage, containerImage } from "./images/container-image.js";

// Training

export type { LogLine } from "./logs/log-reader.js";
export {
  type CustomAlgorithmOptions,
  customAlgorithm,
  type TrainingAlgorithm,
} from "./training/algorithm.js";
export {
  augmentedManifestChannel,
  type Channel,
  type ChannelOptions,
  fileChannel,
  imageChannel,
  modelChannel,
  recordIOChannel,
} from "./training/channels.js";
export { deleteTrainingJob } from "./training/delete-training-job.js";
export { type ImageClassificationOptions, imageClassification } from "./training/image-classification.js";
export {
  imageClassificationMetrics,
  type MetricPattern,
  type MetricValue,
  objectDetectionMetrics,
} from "./training/metrics.js";
export { type ObjectDetectionOptions, objectDetection } from "./training/object-detection.js";
export type { ScriptFiles } from "./scripts/script-files.js";
export { type UploadedScript, type UploadScriptOptions, uploadScript } from "./scripts/upload-script.js";
export { type ScriptAlgorithmOptions, scriptAlgorithm } from "./training/script-algorithm.js";
export { startTrainingJob } from "./training/start-training-job.js";
export { stopTrainingJob } from "./training/stop-training-job.js";
export type { TrainingEvent, TrainingJob, TrainingResult } from "./training/training-job.js";
export type { TrainingJobOptions } from "./training/training-options.js";
export { type WaitForTrainingJobOptions, waitForTrainingJob } from "./training/wait-for-training-job.js";

// Hyperparameter tuning

export { startTuningJob, type TuningJobOptions } from "./tuning/start-tuning-job.js";
export { stopTuningJob } from "./tuning/stop-tuning-job.js";
export type {
  TuningCandidate,
  TuningEvent,
  TuningJob,
  TuningRange,
  TuningResult,
} from "./tuning/tuning-job.js";
export { waitForTuningJob } from "./tuning/wait-for-tuning-job.js";

// Logs

export { type FollowLogOptions, followLog, type LogSource } from "./follow/follow-log.js";

// Models

export type { ImageInput } from "@sightline/contract/image-input";
export type {
  ClassificationManifest,
  ModelManifest,
  ObjectDetectionManifest,
  VideoManifest,
} from "@sightline/contract/manifest";
export type { AnnotationKind, AnnotationStyle } from "@sightline/contract/annotation-style";
export type {
  VideoEncoding,
  VideoModelOptions,
  VideoOptions,
} from "@sightline/contract/video-options";
export { type CreateModelOptions, createModel } from "./models/create-model.js";
export { deleteModel } from "./models/delete-model.js";
export { type DownloadModelOptions, downloadModel } from "./models/download-model.js";
export { type ExtractedFile, type ExtractOptions, extractArchive } from "./models/extract-archive.js";
export type { Model, ModelArtifact } from "./models/model.js";
export { type PackedModel, type PackModelOptions, packModel } from "./models/pack-model.js";
export { type UploadModelOptions, uploadModel } from "./models/upload-model.js";

// Model registry

export { type ApprovalOptions, approveModel, rejectModel } from "./registry/approve-model.js";
export {
  deleteRegisteredModel,
  type ListRegisteredModelsOptions,
  latestApprovedModel,
  listRegisteredModels,
} from "./registry/list-registered-models.js";
export type { ModelApproval, ModelPackage } from "./registry/model-package.js";
export { type RegisterModelOptions, registerModel } from "./registry/register-model.js";

// Endpoints

export type { AutoscalingOptions } from "./endpoints/autoscaling-options.js";
export { type Deleted, type Deletion, deleteEndpoint } from "./endpoints/delete-endpoint.js";
export { deployEndpoint } from "./endpoints/deploy-endpoint.js";
export type { DeployEndpointOptions } from "./endpoints/deploy-options.js";
export type { DeploymentStrategy } from "./endpoints/deployment-strategy.js";
export { deregisterAutoscaling } from "./endpoints/deregister-autoscaling.js";
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
export type { Kept } from "./endpoints/live-use.js";
export { recommendScalingTarget } from "./endpoints/recommend-scaling-target.js";
export { registerAutoscaling } from "./endpoints/register-autoscaling.js";
export {
  listScheduledScaling,
  type ScheduledScaling,
  scheduleScaling,
  unscheduleScaling,
} from "./endpoints/schedule-scaling.js";
export { setVariantWeights } from "./endpoints/set-variant-weights.js";
export type { ShadowOptions, VariantOptions, VariantsOptions } from "./endpoints/variant-options.js";
export {
  type EndpointInService,
  type EndpointStatusEvent,
  waitForEndpoint,
} from "./endpoints/wait-for-endpoint.js";

// Invocations

export { classifyImage } from "./endpoints/classify-image.js";
export {
  type ClassifyImagesOptions,
  type ClassifyProgress,
  classifyImages,
} from "./endpoints/classify-images.js";
export { type InvocationResult, type InvokeOptions, invokeEndpoint } from "./endpoints/invoke-endpoint.js";
export {
  type AsyncInvocation,
  type InvokeAsyncOptions,
  invokeEndpointAsync,
} from "./endpoints/invoke-endpoint-async.js";
export { type InvokeStreamOptions, invokeEndpointStream } from "./endpoints/invoke-endpoint-stream.js";
export {
  type CapturedInvocation,
  type CapturedMessage,
  type ReadCapturedDataOptions,
  readCapturedData,
} from "./endpoints/read-captured-data.js";
export { type ClassProbability, topClasses } from "./endpoints/top-classes.js";
export {
  type AsyncInvocationEvent,
  type AsyncInvocationResult,
  type WaitForAsyncOptions,
  waitForAsyncInvocation,
} from "./endpoints/wait-for-async-invocation.js";
export { startVideoMarkup } from "./video/start-video-markup.js";
export type { VideoMarkup, VideoMarkupRequest, VideoMarkupResult } from "./video/video-markup.js";
export { waitForVideoMarkup } from "./video/wait-for-video-markup.js";

// Jobs on many instances

export type { JobEvent } from "./jobs/wait-for-job.js";
export type { WaitForJobOptions } from "./jobs/watch-job.js";
export { deleteProcessingJob } from "./processing/delete-processing-job.js";
export { markUpOnInstances, type ShardedMarkUpOptions } from "./processing/mark-up-on-instances.js";
export { packOnInstances, type ShardedPackingOptions } from "./processing/pack-on-instances.js";
export type { ProcessingInput, ProcessingJob, ProcessingOutput } from "./processing/processing-job.js";
export type { ShardedJobOptions, ShardedResult } from "./processing/run-in-shares.js";
export { type ProcessingJobOptions, startProcessingJob } from "./processing/start-processing-job.js";
export { stopProcessingJob } from "./processing/stop-processing-job.js";
export { type ProcessingResult, waitForProcessingJob } from "./processing/wait-for-processing-job.js";
export { startTransformJob, type TransformJobOptions } from "./transform/start-transform-job.js";
export { stopTransformJob } from "./transform/stop-transform-job.js";
export type { TransformJob, TransformResult } from "./transform/transform-job.js";
export { waitForTransformJob } from "./transform/wait-for-transform-job.js";

// Costs

export type { PriceRow, PriceUse } from "@sightline/contract/price-table";
export { type CostEstimate, type EstimateCostOptions, estimateCost } from "./estimates/estimate-cost.js";

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
  NoRegionError,
  ProcessingJobFailedError,
  RegionNotOfferedError,
  ResourceConflictError,
  SdkError,
  TrainingJobFailedError,
  TransformJobFailedError,
  TuningJobFailedError,
  WaitTimeoutError,
} from "./errors.js";
