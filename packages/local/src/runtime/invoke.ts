import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Cloud } from "../cloud.js";
import { AwsError } from "../errors.js";
import type { Deployment } from "../sagemaker/hosting/deployment.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { type AnswerTarget, type ContainerAnswer, forward } from "../sagemaker/hosting/forward.js";
import type { DataCapture } from "./data-capture.js";
import { INVOCATION_TIMEOUT_MS, type InvocationRecord } from "./invocation-record.js";
import { mirrorInvocation } from "./mirror.js";
import { modelError, payloadTooLarge } from "./model-error.js";
import { type Route, routeInvocation } from "./route.js";

/** What a body without a content type is. */
const DEFAULT_TYPE = "application/octet-stream";
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
  readonly capture: DataCapture;
}

/** What an invocation's answer is, and what gave it. */
interface Invoked {
  readonly answer: ContainerAnswer;
  readonly deployment: Deployment;
  readonly variantName: string;
}

/** Largest body of a request to a serverless variant and of its answer: 4 MB. */
const SERVERLESS_PAYLOAD_BYTES = 4 << 20;

/** Headers of an invocation that reach the container. */
export function containerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {
    "content-type": headers["content-type"] ?? DEFAULT_TYPE,
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
  target: (variantName: string, maxBytes: number) => AnswerTarget,
  sent: Readonly<Record<string, string>>,
  streamMs?: number,
): Promise<Invoked> {
  const entered = performance.now();
  const deadline = Date.now() + INVOCATION_TIMEOUT_MS * cloud.timeScale;
  const route = await routeInvocation(cloud, service, endpointName, headers, deadline);
  const { deployment, fleet, instance } = route;
  const variantName = fleet.variant.VariantName;
  const isServerless = fleet.variant.ServerlessConfig !== undefined;
  const maxBytes = isServerless ? SERVERLESS_PAYLOAD_BYTES : cloud.maxPayloadBytes;
  if (body.length > maxBytes) {
    route.release("answered");
    throw payloadTooLarge(maxBytes);
  }
  const path = await targetPath(route, headers, deadline - Date.now());
  mirrorInvocation(cloud, deployment, { headers: sent, body }, record);
  const started = performance.now();
  const timeoutMs = streamMs === undefined ? deadline - Date.now() : streamMs * cloud.timeScale;
  const request = { ...path, headers: sent, body, timeoutMs, signal: cloud.closing };
  const answer = await forward(instance, request, target(variantName, maxBytes));
  route.release(answer.kind === "answer" || answer.kind === "too-large" ? "answered" : "broken");
  const status = answer.kind === "answer" ? answer.status : 500;
  const overheadMs = started - entered;
  // Once the caller has the answer.
  setImmediate(record, {
    endpointName,
    variantName,
    latencyMs: performance.now() - started,
    overheadMs,
    status,
  });
  return { answer, deployment, variantName };
}

/** Where a request goes in its container: to the model that it names, where there are several. */
async function targetPath({ fleet, instance }: Route, headers: IncomingHttpHeaders, timeoutMs: number) {
  const models = "modelsOf" in fleet ? fleet.modelsOf(instance) : undefined;
  const target = headers["x-amzn-sagemaker-target-model"];
  if (models === undefined) {
    if (target === undefined) return {};
    throw new AwsError(
      "ValidationError",
      "The endpoint is not a multi-model endpoint and does not support the TargetModel header.",
    );
  }
  if (typeof target !== "string") {
    throw new AwsError("ValidationError", "Invoking a multi-model endpoint needs a TargetModel.");
  }
  return { path: await models.invocationPath(target.replace(/^\/+/, ""), timeoutMs) };
}

/**
 * InvokeEndpoint.
 *
 * @throws AwsError ValidationError, ModelError, ServiceUnavailable
 */
export async function invokeEndpoint(invocation: Invocation): Promise<void> {
  const { cloud, endpointName, headers, response } = invocation;
  const sent = containerHeaders(headers);
  const { answer, deployment, variantName } = await invoke(
    invocation,
    (_variantName, maxBytes) => ({ kind: "memory", maxBytes }),
    sent,
  );
  if (!isSuccess(answer)) throw modelError(cloud, endpointName, answer);
  if (deployment.dataCapture !== undefined) {
    invocation.capture.note({
      deployment,
      variantName,
      inferenceId: sent["x-amzn-sagemaker-inference-id"],
      input: { contentType: sent["content-type"]!, body: invocation.body },
      output: { contentType: answer.headers["content-type"] ?? DEFAULT_TYPE, body: answer.body },
    });
  }
  response.statusCode = 200;
  response.setHeader("content-type", answer.headers["content-type"] ?? DEFAULT_TYPE);
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
