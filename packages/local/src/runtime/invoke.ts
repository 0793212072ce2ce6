import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Cloud } from "../cloud.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { type AnswerTarget, type ContainerAnswer, forward } from "../sagemaker/hosting/forward.js";
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

/** A synchronous invocation. */
export interface Invocation {
  readonly cloud: Cloud;
  readonly service: EndpointService;
  readonly endpointName: string;
  /** The caller's. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
  /** To the caller. */
  readonly response: ServerResponse;
  readonly record: (invocation: InvocationRecord) => void;
}

/** What an invocation's answer is, and the variant that gave it. */
interface Invoked {
  readonly answer: ContainerAnswer;
  readonly variantName: string;
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
 * Sends an invocation to an instance of its endpoint, and records how that went.
 *
 * @param target Where the answer goes, when the variant is known.
 * @param sent Headers for the container.
 * @param streamMs How long an answer may stream. Default: none streams, all must be there in the time of an invocation.
 * @throws AwsError ValidationError, ServiceUnavailable
 */
export async function invoke(
  { cloud, service, endpointName, headers, body, record }: Invocation,
  target: (variantName: string) => AnswerTarget,
  sent: Readonly<Record<string, string>>,
  streamMs?: number,
): Promise<Invoked> {
  const entered = performance.now();
  const deadline = Date.now() + INVOCATION_TIMEOUT_MS * cloud.timeScale;
  const { fleet, instance } = await routeInvocation(cloud, service, endpointName, headers, deadline);
  const variantName = fleet.variant.VariantName;
  const started = performance.now();
  const timeoutMs = streamMs === undefined ? deadline - Date.now() : streamMs * cloud.timeScale;
  const request = { headers: sent, body, timeoutMs, signal: cloud.closing };
  const answer = await forward(instance, request, target(variantName));
  const status = answer.kind === "answer" ? answer.status : 500;
  const overheadMs = started - entered;
  record({ endpointName, variantName, latencyMs: performance.now() - started, overheadMs, status });
  return { answer, variantName };
}

/**
 * InvokeEndpoint.
 *
 * @throws AwsError ValidationError, ModelError, ServiceUnavailable
 */
export async function invokeEndpoint(invocation: Invocation): Promise<void> {
  const { cloud, endpointName, headers, response } = invocation;
  const target = { kind: "memory", maxBytes: cloud.maxPayloadBytes } as const;
  const { answer, variantName } = await invoke(invocation, () => target, containerHeaders(headers));
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
