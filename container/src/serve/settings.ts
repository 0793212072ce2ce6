import { isS3Uri } from "@sightline/contract/s3-location";
import { MAX_PIXELS } from "../image/picture-header.js";
import { containerMemoryBytes } from "../shared/container-limits.js";
import { ModelError } from "../shared/errors.js";

/** What `serve` takes from its environment. */
export interface ServeSettings {
  /** TCP port; `SAGEMAKER_BIND_TO_PORT`, default 8080. */
  readonly port: number;
  /** Interface to listen on; `SIGHTLINE_BIND_ADDRESS`, such as 127.0.0.1. Default: all. */
  readonly address: string | undefined;
  /**
   * Inference processes; `SIGHTLINE_WORKERS`, else `SAGEMAKER_MODEL_SERVER_WORKERS`. Default: one for each core that the
   * container may use, fewer where its memory does not hold so many of the model.
   */
  readonly workers: number | undefined;
  /**
   * Milliseconds that an inference process may take for what it is handed before it is killed, and its pictures tried once
   * more; `SAGEMAKER_MODEL_SERVER_TIMEOUT` in seconds, default 20,000: two of them fit into SageMaker's minute.
   */
  readonly hostTimeoutMs: number;
  /** Whether models are loaded and unloaded by name; `SAGEMAKER_MULTI_MODEL=true`, as SageMaker sets it. Default: one model. */
  readonly multiModel: boolean;
  /**
   * Media type of an answer where the request's Accept does not mind; `SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT`: one of
   * application/json, application/jsonlines, text/csv and video/mp4. Default: JSON for classes and jobs, mp4 for a video in the body.
   */
  readonly defaultAccept: string | undefined;
  /** Memory of the container in bytes; `SIGHTLINE_MEMORY_BYTES`, default the cgroup's limit, else the machine's memory. */
  readonly memoryBytes: number;
  /** Pictures given to a process at once; `SIGHTLINE_MAX_BATCH`, default 8. */
  readonly maxBatch: number;
  /** Pictures waiting or in work before 503; `SIGHTLINE_MAX_QUEUE`, default 64. */
  readonly maxQueue: number;
  /** Largest body of a picture in bytes; `SIGHTLINE_MAX_PAYLOAD_BYTES`, default 26,214,400 (25 MiB). */
  readonly maxPayloadBytes: number;
  /** Largest picture in pixels; `SIGHTLINE_MAX_PIXELS`, default 50 million. */
  readonly maxPixels: number;
  /** Milliseconds a picture may take from its arrival; `SIGHTLINE_TIMEOUT_MS`, default 60,000 as SageMaker. */
  readonly timeoutMs: number;
  /** Milliseconds that requests in work have after SIGTERM; `SIGHTLINE_DRAIN_MS`, default 25,000 of SageMaker's 30,000. */
  readonly drainMs: number;
  /** Video jobs at once; `SIGHTLINE_VIDEO_JOBS`, default 1: a job uses all cores by itself. */
  readonly videoJobs: number;
  /** Video jobs waiting before 503; `SIGHTLINE_VIDEO_QUEUE`, default 4. */
  readonly videoQueue: number;
  /** Largest video in bytes; `SIGHTLINE_MAX_VIDEO_BYTES`, default 10 GiB. */
  readonly maxVideoBytes: number;
  /** Longest video in seconds; `SIGHTLINE_MAX_VIDEO_SECONDS`, default 43,200 (12 h). */
  readonly maxVideoSeconds: number;
  /** Milliseconds a video job may take; `SIGHTLINE_VIDEO_TIMEOUT_MS`, default 3,600,000 as async inference. */
  readonly videoTimeoutMs: number;
  /** Where jobs may read and write: `SIGHTLINE_S3_ALLOWED`, `s3://bucket/prefix` separated by commas. Default: anywhere the role may. */
  readonly allowedS3: readonly string[] | undefined;
  /** Account that must own the buckets; `SIGHTLINE_S3_EXPECTED_OWNER`. Default: any. */
  readonly expectedBucketOwner: string | undefined;
}

/** Reads the settings. Throws `ModelError` that names a variable with a wrong value. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): ServeSettings {
  const integer = (name: string, fallback: number, min = 1, max = Number.MAX_SAFE_INTEGER): number => {
    const text = env[name];
    if (text === undefined || text === "") return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new ModelError(
        `Environment variable ${name} must be an integer of ${min} to ${max}, not "${text}".`,
      );
    }
    return value;
  };
  const allowed = env.SIGHTLINE_S3_ALLOWED?.split(",")
    .map((item) => item.trim())
    .filter(Boolean);
  const wrong = allowed?.find((item) => !isS3Uri(item));
  if (wrong !== undefined) {
    throw new ModelError(
      `Environment variable SIGHTLINE_S3_ALLOWED must hold s3://bucket/prefix entries separated by commas, not "${wrong}".`,
    );
  }
  checkSafePorts(env.SAGEMAKER_SAFE_PORT_RANGE);
  return {
    port: integer("SAGEMAKER_BIND_TO_PORT", 8080, 0, 65_535),
    address: env.SIGHTLINE_BIND_ADDRESS || undefined,
    workers: integer("SIGHTLINE_WORKERS", integer("SAGEMAKER_MODEL_SERVER_WORKERS", 0, 1)) || undefined,
    multiModel: /^true$/i.test(env.SAGEMAKER_MULTI_MODEL ?? ""),
    defaultAccept: readDefaultAccept(env.SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT),
    hostTimeoutMs: integer("SAGEMAKER_MODEL_SERVER_TIMEOUT", 20, 1, 3600) * 1000,
    memoryBytes: integer("SIGHTLINE_MEMORY_BYTES", containerMemoryBytes()),
    maxBatch: integer("SIGHTLINE_MAX_BATCH", 8),
    maxQueue: integer("SIGHTLINE_MAX_QUEUE", 64),
    maxPayloadBytes: integer("SIGHTLINE_MAX_PAYLOAD_BYTES", 25 * 2 ** 20),
    maxPixels: integer("SIGHTLINE_MAX_PIXELS", MAX_PIXELS),
    timeoutMs: integer("SIGHTLINE_TIMEOUT_MS", 60_000),
    drainMs: integer("SIGHTLINE_DRAIN_MS", 25_000),
    videoJobs: integer("SIGHTLINE_VIDEO_JOBS", 1),
    videoQueue: integer("SIGHTLINE_VIDEO_QUEUE", 4, 0),
    maxVideoBytes: integer("SIGHTLINE_MAX_VIDEO_BYTES", 10 * 2 ** 30),
    maxVideoSeconds: integer("SIGHTLINE_MAX_VIDEO_SECONDS", 43_200),
    videoTimeoutMs: integer("SIGHTLINE_VIDEO_TIMEOUT_MS", 3_600_000),
    allowedS3: allowed?.length ? allowed : undefined,
    expectedBucketOwner: env.SIGHTLINE_S3_EXPECTED_OWNER || undefined,
  };
}

/** What answers can be. */
const DEFAULT_ACCEPTS = ["application/json", "application/jsonlines", "text/csv", "video/mp4"];

function readDefaultAccept(text: string | undefined): string | undefined {
  const type = text?.trim().toLowerCase() || undefined;
  if (type === undefined || DEFAULT_ACCEPTS.includes(type)) return type;
  throw new ModelError(
    `Environment variable SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT must be one of ${DEFAULT_ACCEPTS.join(", ")}, not "${text}".`,
  );
}

/** Ports beside its own that a container may open; this one opens none, and a wrong range is a fault all the same. */
function checkSafePorts(text: string | undefined): void {
  if (!text) return;
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  if (Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= 65_535) return;
  throw new ModelError(
    `Environment variable SAGEMAKER_SAFE_PORT_RANGE must be two ports such as 21000-29000, not "${text}".`,
  );
}
