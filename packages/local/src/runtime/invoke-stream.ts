import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../cloud.js";
import type { EndpointService } from "../sagemaker/hosting/endpoints.js";
import { forward } from "../sagemaker/hosting/forward.js";
import { encodeEvent } from "../wire/event-stream.js";
import { containerHeaders, INVOCATION_TIMEOUT_MS, type InvocationRecord, isSuccess } from "./invoke.js";
import { modelError } from "./model-error.js";
import { routeInvocation } from "./route.js";

/** How long a response may stream. */
const STREAM_TIMEOUT_MS = 480_000;

/** InvokeEndpointWithResponseStream: each piece that the container sends becomes a PayloadPart at once. */
export async function invokeWithResponseStream(
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
  const accept = headers["x-amzn-sagemaker-accept"];
  const answer = await forward(
    instance,
    {
      headers: { ...containerHeaders(headers), ...(typeof accept === "string" ? { accept } : {}) },
      body,
      timeoutMs: STREAM_TIMEOUT_MS * cloud.timeScale,
      signal: cloud.closing,
    },
    {
      kind: "stream",
      maxBytes: cloud.maxPayloadBytes,
      accept: (incoming) => streamParts(incoming, response, variantName),
    },
  );
  const status = answer.kind === "answer" ? answer.status : 500;
  const overheadMs = started - entered;
  record({ endpointName, variantName, latencyMs: performance.now() - started, overheadMs, status });
  if (isSuccess(answer)) {
    response.end();
    return;
  }
  const error = modelError(cloud, endpointName, answer);
  if (!response.headersSent) throw error;
  // The stream has begun: the error goes into it.
  const payload = JSON.stringify({
    Message: error.message,
    ErrorCode: answer.kind === "timeout" ? "ModelInvocationTimeExceeded" : "StreamBroken",
  });
  response.end(
    encodeEvent(
      {
        ":message-type": "exception",
        ":exception-type": "ModelStreamError",
        ":content-type": "application/json",
      },
      Buffer.from(payload),
    ),
  );
}

async function streamParts(
  incoming: IncomingMessage,
  response: ServerResponse,
  variantName: string,
): Promise<void> {
  response.statusCode = 200;
  response.setHeader("content-type", "application/vnd.amazon.eventstream");
  response.setHeader(
    "x-amzn-sagemaker-content-type",
    incoming.headers["content-type"] ?? "application/octet-stream",
  );
  response.setHeader("x-amzn-invoked-production-variant", variantName);
  const attributes = incoming.headers["x-amzn-sagemaker-custom-attributes"];
  if (attributes !== undefined) response.setHeader("x-amzn-sagemaker-custom-attributes", attributes);
  response.flushHeaders();
  const head = {
    ":message-type": "event",
    ":event-type": "PayloadPart",
    ":content-type": "application/octet-stream",
  };
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    if (response.destroyed) throw new Error("the caller went away");
    if (!response.write(encodeEvent(head, piece)))
      await Promise.race([once(response, "drain"), once(response, "close")]);
  }
}
