import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Cloud } from "../cloud.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { type ContainerAnswer, forward } from "../sagemaker/hosting/forward.js";
import { modelError } from "./model-error.js";
import { routeInvocation } from "./route.js";

/** A container answers an invocation within this time. */
export const INVOCATION_TIMEOUT_MS = 60_000;

/** Told of each invocation, for metrics. */
export interface InvocationRecord {
  readonly endpointName: string;
  readonly variantName: string;
  /** Until the container had answered. */
  readonly latencyMs: number;
  /** What this server took besides. */
  readonly overheadMs: number;
  readonly status: number;
}

/** Headers of an invocation that reach the container. */
export function containerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {
    "content-type": headers["content-type"] ?? "application/octet-stream",
    accept: headers.accept ?? "*/*",
  };
  for (const [name, value] of Object.entries(headers)) {
    if (
      !/^x-amzn-sagemaker-(custom-attributes|target-model|inference-id|session-id|target-variant)$/.test(name)
    )
      continue;
    if (typeof value === "string") kept[name] = value;
  }
  return kept;
}

/**
 * InvokeEndpoint.
 *
 * @throws AwsError ValidationError, ModelError, ServiceUnavailable
 */
export async function invokeEndpoint(
  cloud: Cloud,
  service: EndpointService,
  endpointName: string,
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  response: ServerResponse,
  record: (invocation: InvocationRecord) => void,
): Promise<void> {
  const entered = performance.now();
  const deadline = Date.now() + INVOCATION_TIMEOUT_MS * cloud.timeScale;
  const { fleet, instance } = await routeInvocation(cloud, service, endpointName, headers, deadline);
  const variantName = fleet.variant.VariantName;
  const started = performance.now();
  const answer = await forward(
    instance,
    {
      headers: containerHeaders(headers),
      body,
      timeoutMs: deadline - Date.now(),
      signal: cloud.closing,
    },
    { kind: "memory", maxBytes: cloud.maxPayloadBytes },
  );
  const status = answer.kind === "answer" ? answer.status : 500;
  const overheadMs = started - entered;
  record({ endpointName, variantName, latencyMs: performance.now() - started, overheadMs, status });
  if (!isSuccess(answer)) throw modelError(cloud, endpointName, answer);
  response.statusCode = 200;
  response.setHeader("content-type", answer.headers["content-type"] ?? "application/octet-stream");
  response.setHeader("x-amzn-invoked-production-variant", variantName);
  const attributes = answer.headers["x-amzn-sagemaker-custom-attributes"];
  if (attributes !== undefined) response.setHeader("x-amzn-sagemaker-custom-attributes", attributes);
  response.setHeader("content-length", answer.body.length);
  response.end(answer.body);
}

/** Whether a container answered with 2xx. */
export function isSuccess(answer: ContainerAnswer): answer is Extract<ContainerAnswer, { kind: "answer" }> {
  return answer.kind === "answer" && answer.status >= 200 && answer.status < 300;
}
