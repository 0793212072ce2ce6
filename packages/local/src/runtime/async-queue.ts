import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import { parseS3Uri } from "../objects/objects.js";
import type { Deployment, VariantFleet } from "../sagemaker/hosting/deployment.js";
import type { AsyncInferenceConfig } from "../sagemaker/hosting/endpoint-configs.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";

import { type ContainerAnswer, forward, type StreamedBody } from "../sagemaker/hosting/forward.js";
import type { Instance } from "../sagemaker/hosting/instance.js";
import { type AsyncEnd, tellTopic } from "./async-notice.js";
import type { InvocationRecord } from "./invocation-record.js";
import { isSuccess } from "./invoke.js";
import { modelError } from "./model-error.js";

/** Requests that one instance works on at a time, unless the config says otherwise. */
const DEFAULT_CONCURRENCY = 4;

/** An accepted asynchronous invocation, as it waits on disk. */
export interface AsyncRequest {
  readonly id: string;
  readonly endpointName: string;
  readonly inputLocation: string;
  readonly outputLocation: string;
  readonly failureLocation: string | undefined;
  /** For the container. */
  readonly headers: Readonly<Record<string, string>>;
  readonly acceptedMs: number;
  /** When it is given up if nobody has begun with it. */
  readonly expiresMs: number;
  readonly timeoutMs: number;
}

/** The queue of asynchronous invocations. */
export interface AsyncQueue {
  add(request: AsyncRequest): void;
  /** Requests of an endpoint that wait or are worked on. */
  backlog(endpointName: string): number;
  /** Settles when what is being worked on has been laid back. */
  close(): Promise<void>;
}

/**
 * Works off asynchronous invocations. Each stays on disk until its output or failure object is in
 * S3, so one that a stopped server was busy with is begun anew: at least once, as on AWS.
 */
export function createAsyncQueue(
  cloud: Cloud,
  endpoints: EndpointService,
  record: (invocation: InvocationRecord) => void,
): AsyncQueue {
  const requests = cloud.records.open<AsyncRequest>("async-requests");
  const folder = path.join(cloud.workDir, "async");
  mkdirSync(folder, { recursive: true });
  const working = new Set<string>();
  const busy = new Map<Instance, number>();
  const tasks = new Set<Promise<void>>();

  const tell = (
    request: AsyncRequest,
    how: Pick<AsyncEnd, "output" | "failureReason" | "failureLocation">,
  ) => {
    const { endpointName, inputLocation, acceptedMs, headers, id } = request;
    const config = endpoints.deployment(endpointName)?.config.request.AsyncInferenceConfig;
    const inferenceId = headers["x-amzn-sagemaker-inference-id"] ?? id;
    const contentType = headers["content-type"];
    return tellTopic(cloud, config, {
      endpointName,
      inputLocation,
      acceptedMs,
      inferenceId,
      contentType,
      ...how,
    });
  };

  const fail = async (request: AsyncRequest, message: string): Promise<void> => {
    cloud.logger.warn(`Asynchronous invocation ${request.id} failed: ${message}`);
    if (request.failureLocation !== undefined) {
      await cloud.objects.put(parseS3Uri(request.failureLocation), Buffer.from(message), "text/plain");
    }
    await tell(request, { failureReason: message, failureLocation: request.failureLocation });
  };

  const invoke = async (
    request: AsyncRequest,
    fleet: VariantFleet,
    instance: Instance,
  ): Promise<"done" | "again"> => {
    if (Date.now() > request.expiresMs) {
      await fail(request, `The request waited longer than its RequestTTLSeconds.`);
      return "done";
    }
    const body = await openInput(cloud, request.inputLocation);
    if (body === undefined) {
      await fail(request, `The input ${request.inputLocation} does not exist.`);
      return "done";
    }
    const file = path.join(folder, request.id);
    const started = performance.now();
    const { headers, timeoutMs } = request;
    const options = {
      ...{ headers, body, timeoutMs: timeoutMs * cloud.timeScale, signal: cloud.closing },
      // On a kept one a reset would not tell whether the container had begun.
      ownConnection: true,
    };
    const answer = await forward(instance, options, { kind: "file", path: file });
    if (answer.kind === "broken" && (cloud.closing.aborted || instance.stopping)) return "again";
    if (answer.kind === "broken" && answer.isRefused) {
      // Its process has ended, and its fleet does not know yet: it would refuse all that waits.
      instance.setHealthy(false);
      return "again";
    }
    const status = answer.kind === "answer" ? answer.status : 500;
    const variantName = fleet.variant.VariantName;
    record({
      endpointName: request.endpointName,
      variantName,
      latencyMs: performance.now() - started,
      overheadMs: Date.now() - request.acceptedMs - (performance.now() - started),
      status,
    });
    await deliver(request, answer, file);
    return "done";
  };

  const deliver = async (request: AsyncRequest, answer: ContainerAnswer, file: string): Promise<void> => {
    try {
      if (!isSuccess(answer)) {
        await fail(request, modelError(cloud, request.endpointName, answer).message);
        return;
      }
      const type = answer.headers["content-type"] ?? "application/octet-stream";
      await cloud.objects.put(parseS3Uri(request.outputLocation), { path: file }, type);
      await tell(request, { output: { location: request.outputLocation, contentType: type } });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      await fail(request, `The output cannot be put at ${request.outputLocation}: ${error.message}`);
    } finally {
      await rm(file, { force: true });
    }
  };

  const begin = (request: AsyncRequest, fleet: VariantFleet, instance: Instance): void => {
    working.add(request.id);
    busy.set(instance, (busy.get(instance) ?? 0) + 1);
    const task = invoke(request, fleet, instance)
      .catch((error: unknown) => {
        cloud.logger.error(`Asynchronous invocation ${request.id}: ${String(error)}`);
        return "done" as const;
      })
      .then((outcome) => {
        working.delete(request.id);
        const left = busy.get(instance)! - 1;
        if (left === 0) busy.delete(instance);
        else busy.set(instance, left);
        if (outcome === "done") requests.delete(request.id);
        tasks.delete(task);
        pump(request.endpointName);
      });
    tasks.add(task);
  };

  /** Hands waiting requests to instances that have room. */
  const pump = (endpointName: string): void => {
    if (cloud.closing.aborted) return;
    const deployment = endpoints.deployment(endpointName);
    const config = deployment?.config.request.AsyncInferenceConfig;
    const waiting = requests.all().filter((one) => one.endpointName === endpointName && !working.has(one.id));
    if (waiting.length === 0) return;
    if (deployment === undefined || config === undefined) {
      if (endpoints.endpoints.has(endpointName)) return;
      // The endpoint is gone: so are its requests, as on AWS.
      for (const request of waiting) requests.delete(request.id);
      return;
    }
    for (const request of waiting) {
      const free = leastBusy(deployment, config);
      if (free === undefined) return;
      begin(request, free.fleet, free.instance);
    }
  };

  const leastBusy = (deployment: Deployment, config: AsyncInferenceConfig) => {
    const limit = config.ClientConfig?.MaxConcurrentInvocationsPerInstance ?? DEFAULT_CONCURRENCY;
    return deployment.fleets
      .flatMap((fleet) =>
        fleet.healthy.map((instance) => ({ fleet, instance, load: busy.get(instance) ?? 0 })),
      )
      .filter(({ load }) => load < limit)
      .sort((a, b) => a.load - b.load)[0];
  };

  const onDeployed = (deployment: Deployment): void => {
    for (const fleet of deployment.fleets) fleet.onHealthy = () => pump(deployment.endpointName);
    pump(deployment.endpointName);
  };
  endpoints.onDeployed.add(onDeployed);

  return {
    add(request) {
      requests.set(request.id, request);
      pump(request.endpointName);
    },
    backlog: (endpointName) =>
      requests.all().filter((request) => request.endpointName === endpointName).length,
    async close() {
      endpoints.onDeployed.delete(onDeployed);
      await Promise.all(tasks);
    },
  };
}

async function openInput(cloud: Cloud, location: string): Promise<StreamedBody | undefined> {
  const object = await cloud.objects.find(parseS3Uri(location));
  return object === undefined ? undefined : { size: object.size, open: () => Readable.from(object.read()) };
}
