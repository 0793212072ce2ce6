/** Names of the environment variables that packages, container, notebooks and examples share. */
export const environment = {
  /** Root of everything that SageMaker mounts into a container: a folder. Default `/opt/ml`. */
  mlRoot: "SIGHTLINE_ML_ROOT",
  /** Port that `serve` listens on, as SageMaker sets it, 0 to 65,535. Default 8080. */
  bindToPort: "SAGEMAKER_BIND_TO_PORT",
  /** Interface that `serve` and the first host of a training job listen on, such as 127.0.0.1. Default: all. */
  bindAddress: "SIGHTLINE_BIND_ADDRESS",
  /** Where the first host of a training job of several takes features, `address:port`. Default: its name and port 7315. */
  trainLeader: "SIGHTLINE_TRAIN_LEADER",
  /** Inference processes. Default: one for each core of the container, as far as its memory holds the model. */
  workers: "SIGHTLINE_WORKERS",
  /** Inference processes where `workers` does not say, as SageMaker's toolkits have it. */
  modelServerWorkers: "SAGEMAKER_MODEL_SERVER_WORKERS",
  /** Seconds that an inference process may take for what it is handed. Default 20. */
  modelServerTimeout: "SAGEMAKER_MODEL_SERVER_TIMEOUT",
  /** Media type of an answer where the request's Accept does not mind. Default: application/json. */
  defaultAccept: "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT",
  /** Two ports with "-" between, of which a container may open more; ours opens none. */
  safePortRange: "SAGEMAKER_SAFE_PORT_RANGE",
  /** Number of the user that a process which decodes pictures becomes where it starts as root. Default: it stays root. */
  decoderUser: "SIGHTLINE_DECODER_USER",
  /** Number of the user that ffmpeg becomes where it is started by root. `serve` sets it from `decoderUser`. Default: it stays root. */
  ffmpegUser: "SIGHTLINE_FFMPEG_USER",
  /** `true` where models are loaded and unloaded by name. Default: one model. */
  multiModel: "SAGEMAKER_MULTI_MODEL",
  /** Memory of all processes of `serve` together, in bytes. Default: the cgroup's limit, else the machine's memory. */
  memoryBytes: "SIGHTLINE_MEMORY_BYTES",
  /** Pictures given to an inference process at once. Default 8. */
  maxBatch: "SIGHTLINE_MAX_BATCH",
  /** Pictures waiting or in work before 503. Default 64. */
  maxQueue: "SIGHTLINE_MAX_QUEUE",
  /** Largest body of a picture in bytes. Default 26,214,400 (25 MiB). */
  maxPayloadBytes: "SIGHTLINE_MAX_PAYLOAD_BYTES",
  /** Largest picture in pixels. Default 50 million. */
  maxPixels: "SIGHTLINE_MAX_PIXELS",
  /** Milliseconds that a picture may take. Default 60,000. */
  timeoutMs: "SIGHTLINE_TIMEOUT_MS",
  /** Milliseconds that requests in work have after SIGTERM. Default 25,000. */
  drainMs: "SIGHTLINE_DRAIN_MS",
  /** Video jobs at once. Default 1. */
  videoJobs: "SIGHTLINE_VIDEO_JOBS",
  /** Video jobs waiting before 503. Default 4. */
  videoQueue: "SIGHTLINE_VIDEO_QUEUE",
  /** Largest video in bytes. Default 10 GiB. */
  maxVideoBytes: "SIGHTLINE_MAX_VIDEO_BYTES",
  /** Longest video in seconds. Default 43,200 (12 h). */
  maxVideoSeconds: "SIGHTLINE_MAX_VIDEO_SECONDS",
  /** Milliseconds that a video job may take. Default 3,600,000. */
  videoTimeoutMs: "SIGHTLINE_VIDEO_TIMEOUT_MS",
  /** Where jobs may read and write: `s3://bucket/prefix` entries with commas between. Default: anywhere the role may. */
  s3Allowed: "SIGHTLINE_S3_ALLOWED",
  /** Account, 12 digits, that must own the buckets. Default: any. */
  s3ExpectedOwner: "SIGHTLINE_S3_EXPECTED_OWNER",
  /** Bucket of a session that is given none. */
  bucket: "SIGHTLINE_BUCKET",
  /** File with the price table. Default: `sightline/prices.json` in the user's folder for settings. */
  prices: "SIGHTLINE_PRICES",
  /** ARN of the role that jobs and endpoints run as, where a session is given none. */
  roleArn: "SIGHTLINE_ROLE_ARN",
} as const;
