import { setMaxListeners } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { HONOURED_SCALING } from "./autoscaling/honoured-inputs.js";
import { createAutoscalingOperations } from "./autoscaling/operations.js";
import { createScaler } from "./autoscaling/scaler.js";
import { followEndpoints, type ScalingRecords } from "./autoscaling/scaling-records.js";
import type { Cloud, Logger } from "./cloud.js";
import { LocalError, StateDirUnusableError } from "./errors.js";
import { LogStore } from "./logs/log-store.js";
import { createLogOperations, HONOURED_LOGS } from "./logs/operations.js";
import { type Alarm, createAlarmWatch } from "./metrics/alarms.js";
import { createEndpointMetrics } from "./metrics/endpoint-metrics.js";
import { HONOURED_METRICS } from "./metrics/honoured-inputs.js";
import { MetricStore } from "./metrics/metric-store.js";
import { createMetricOperations } from "./metrics/operations.js";
import {
  clientEnvironment,
  DEFAULT_CREDENTIALS,
  DEFAULT_MAX_PAYLOAD_BYTES,
  type LocalSageMaker,
  type LocalSageMakerOptions,
} from "./options.js";
import { ChildPool } from "./process/child-pool.js";
import { removeTree } from "./process/remove-tree.js";
import { createAsyncQueue } from "./runtime/async-queue.js";
import { createRuntimeService } from "./runtime/service.js";
import { ObjectStore } from "./s3/object-store.js";
import { createEndpointConfigOperations, type EndpointConfig } from "./sagemaker/hosting/endpoint-configs.js";
import { createEndpointService } from "./sagemaker/hosting/endpoints.js";
import { HONOURED_HOSTING } from "./sagemaker/hosting/honoured-inputs.js";
import { createModelOperations, type Model } from "./sagemaker/hosting/models.js";
import { createImageTable } from "./sagemaker/images.js";
import { HONOURED_PROCESSING } from "./sagemaker/processing/honoured-inputs.js";
import { createProcessingService } from "./sagemaker/processing/operations.js";
import { createTagStore, HONOURED_TAGS } from "./sagemaker/tags.js";
import { HONOURED_TRAINING } from "./sagemaker/training/honoured-inputs.js";
import { createTrainingService } from "./sagemaker/training/operations.js";
import { HONOURED_TRANSFORM } from "./sagemaker/transform/honoured-inputs.js";
import { createTransformService } from "./sagemaker/transform/operations.js";
import { createHttpServer, listen, type Services } from "./server.js";
import { RecordFolder } from "./state/record-store.js";
import { lockStateDir, type StateLock } from "./state/state-lock.js";
import { createStsOperations } from "./sts/operations.js";
import { createService } from "./wire/service.js";

const SILENT: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Length of a bucket of metrics, which is CloudWatch's finest common period. */
const METRIC_BUCKET_MS = 10_000;
/** What programs get between SIGTERM and SIGKILL when the server closes. */
const CLOSE_GRACE_MS = 3_000;

/**
 * Starts SageMaker, S3 and friends on 127.0.0.1.
 *
 * @example
 * ```ts
 * const local = await startLocalSageMaker({ stateDir: ".sightline" });
 * Object.assign(process.env, local.env); // every AWS client of this process now talks to it
 * await local.close();
 * ```
 *
 * @throws StateDirUnusableError when the state directory cannot be written to, or holds what cannot be read
 * @throws StateDirInUseError when another server uses the state directory
 * @throws PortInUseError when the port is taken
 * @throws RangeError for a port, account or time scale that cannot be
 */
export async function startLocalSageMaker(options: LocalSageMakerOptions): Promise<LocalSageMaker> {
  options.signal?.throwIfAborted();
  checkOptions(options);
  const stateDir = path.resolve(options.stateDir);
  const lock = takeLock(stateDir);
  const undo: (() => void)[] = [() => lock.release()];
  try {
    return await open(options, stateDir, lock.announce, undo);
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

function takeLock(stateDir: string): StateLock {
  try {
    return lockStateDir(stateDir);
  } catch (cause) {
    if (cause instanceof LocalError) throw cause;
    throw new StateDirUnusableError(
      `The state directory ${stateDir} cannot be used: ${(cause as Error).message}. Choose a folder that can be written to.`,
      { cause },
    );
  }
}

async function open(
  options: LocalSageMakerOptions,
  stateDir: string,
  announce: (url: string) => void,
  undo: (() => void)[],
): Promise<LocalSageMaker> {
  const region = options.region ?? "us-east-1";
  const account = options.account ?? "000000000000";
  const credentials = options.credentials ?? DEFAULT_CREDENTIALS;
  let services: Services | undefined;
  const logger = options.logger ?? SILENT;
  const workDir = path.join(stateDir, "work");
  await removeTree(workDir, logger);
  mkdirSync(workDir, { recursive: true });
  const server = createHttpServer(() => services!);
  const port = await listen(server, options.port ?? 0);
  undo.push(() => server.close());
  const url = `http://127.0.0.1:${port}`;
  const env = clientEnvironment(url, region, credentials);

  const closing = new AbortController();
  // Every request and job under way listens to it: many are no leak.
  setMaxListeners(0, closing.signal);
  const children = new ChildPool();
  const objects = new ObjectStore(path.join(stateDir, "s3"));
  const records = new RecordFolder(path.join(stateDir, "records"));
  undo.push(
    () => objects.close(),
    () => records.close(),
  );
  const cloud: Cloud = {
    region,
    account,
    records,
    objects,
    logs: new LogStore(path.join(stateDir, "logs")),
    children,
    images: createImageTable(options.images),
    workDir,
    containerEnv: env,
    timeScale: options.timeScale ?? 1,
    maxPayloadBytes: options.maxPayloadBytes ?? DEFAULT_MAX_PAYLOAD_BYTES,
    logger,
    closing: closing.signal,
  };
  const tags = createTagStore(records.open("tags"));
  const models = records.open<Model>("models");
  const configs = records.open<EndpointConfig>("endpoint-configs");
  const training = createTrainingService(cloud, tags);
  const processing = createProcessingService(cloud, tags);
  const transform = createTransformService(cloud, tags, models);
  const alarms = records.open<Alarm>("alarms");
  const endpoints = createEndpointService({
    cloud,
    tags,
    configs,
    models,
    hasAlarm: (name) => alarms.has(name),
    inAlarm: (names) => names.filter((name) => alarms.get(name)?.state === "ALARM"),
  });
  const metrics = new MetricStore(Math.max(1, Math.round(METRIC_BUCKET_MS * cloud.timeScale)));
  const endpointMetrics = createEndpointMetrics(metrics, endpoints, (name) => queue.backlog(name));
  const queue = createAsyncQueue(cloud, endpoints, endpointMetrics.record);
  const scaling: ScalingRecords = {
    targets: records.open("scalable-targets"),
    policies: records.open("scaling-policies"),
    activities: records.open("scaling-activities"),
    alarms,
  };
  followEndpoints(scaling, endpoints);
  const watch = createAlarmWatch(alarms, metrics, cloud.timeScale, createScaler(cloud, endpoints, scaling));
  const clock = setInterval(() => {
    endpointMetrics.sample();
    watch.tick(Date.now());
  }, metrics.bucketMs);
  undo.push(() => clearInterval(clock));
  services = {
    cloud,
    credentials,
    byScope: {
      sagemaker: createService(
        "sagemaker",
        {
          ...tags.operations,
          ...training.operations,
          ...processing.operations,
          ...transform.operations,
          ...createModelOperations(cloud, tags, models),
          ...createEndpointConfigOperations(cloud, tags, configs, models),
          ...endpoints.operations,
        },
        {
          ...HONOURED_TAGS,
          ...HONOURED_TRAINING,
          ...HONOURED_PROCESSING,
          ...HONOURED_TRANSFORM,
          ...HONOURED_HOSTING,
        },
      ),
      "application-autoscaling": createService(
        "application-autoscaling",
        createAutoscalingOperations(cloud, endpoints, scaling),
        HONOURED_SCALING,
      ),
      monitoring: createService(
        "cloudwatch",
        createMetricOperations(cloud, metrics, alarms),
        HONOURED_METRICS,
      ),
      logs: createService("logs", createLogOperations(cloud), HONOURED_LOGS),
      sts: createService("sts", createStsOperations(cloud, credentials.accessKeyId), {
        GetCallerIdentity: {},
      }),
    },
    runtime: createRuntimeService(cloud, endpoints, queue, endpointMetrics.record),
  };
  announce(url);

  let closed: Promise<void> | undefined;
  const shut = async (): Promise<void> => {
    options.signal?.removeEventListener("abort", onAbort);
    const stopped = new Promise((resolve) => server.close(resolve));
    clearInterval(clock);
    closing.abort();
    await Promise.all([
      children.close(CLOSE_GRACE_MS),
      endpoints.close(),
      training.settled(),
      processing.settled(),
      transform.settled(),
      queue.close(),
    ]);
    server.closeAllConnections();
    await stopped;
    await removeTree(workDir, logger);
    for (const step of undo.reverse()) step();
  };
  const close = (): Promise<void> => {
    closed ??= shut();
    return closed;
  };
  const onAbort = (): void => {
    close().catch((error: unknown) => cloud.logger.error(`Closing failed: ${String(error)}`));
  };
  options.signal?.addEventListener("abort", onAbort, { once: true });
  if (options.signal?.aborted) {
    await close();
    options.signal.throwIfAborted();
  }
  return { url, port, region, account, credentials, env, close };
}

function checkOptions({ port, account, timeScale }: LocalSageMakerOptions): void {
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65_535)) {
    throw new RangeError(`port must be an integer from 0 to 65535, not ${port}.`);
  }
  if (account !== undefined && !/^\d{12}$/.test(account)) {
    throw new RangeError(`account must be 12 digits, not "${account}".`);
  }
  if (timeScale !== undefined && !(timeScale > 0 && Number.isFinite(timeScale))) {
    throw new RangeError(`timeScale must be a number greater than 0, not ${timeScale}.`);
  }
}
