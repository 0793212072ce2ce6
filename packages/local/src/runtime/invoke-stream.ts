import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { encodeEvent } from "../wire/event-stream.js";
import { containerHeaders, type Invocation, invoke, isSuccess } from "./invoke.js";
import { modelError } from "./model-error.js";

/** How long a response may stream. */
const STREAM_TIMEOUT_MS = 480_000;

/** InvokeEndpointWithResponseStream: each piece that the container sends becomes a PayloadPart at once. */
export async function invokeWithResponseStream(invocation: Invocation): Promise<void> {
  const { cloud, endpointName, headers, response } = invocation;
  const accept = headers["x-amzn-sagemaker-accept"];
  const { answer } = await invoke(
    invocation,
    (variantName, maxBytes) => ({
      kind: "stream",
      maxBytes,
      accept: (incoming) => streamParts(incoming, response, variantName),
    }),
    { ...containerHeaders(headers), ...(typeof accept === "string" ? { accept } : {}) },
    STREAM_TIMEOUT_MS,
  );
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
