import { call } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { AwsRequestError, InvalidInputError, InvocationError } from "../errors.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName } from "./endpoint.js";

/** The service model's limit on a request's body. */
export const MOST_PAYLOAD_BYTES = 6_291_456;

/** How an endpoint is asked. */
export interface InvokeOptions {
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
  /** Content type wanted in answer. Default: the container's own choice. */
  readonly accept?: string;
  /** Handed to the container as X-Amzn-SageMaker-Custom-Attributes, up to 1,024 ASCII characters. */
  readonly customAttributes?: string;
  /** Variant to ask. Default: as the endpoint shares its traffic out. */
  readonly targetVariant?: string;
  /** Model of a multi-model endpoint to ask. Default: there is one model. */
  readonly targetModel?: string;
  /** Kept with captured data. */
  readonly inferenceId?: string;
  /** Largest body sent, in bytes. Default 6,291,456. */
  readonly maxPayloadBytes?: number;
  /** Limit of the call with its retries, in milliseconds. Default 120,000; the container has 60 s for each. */
  readonly timeoutMs?: number;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of InvokeEndpoint. */
  readonly aws?: RawParameters;
}

/** An endpoint's answer. */
export interface InvocationResult {
  /** The bytes. */
  readonly body: Uint8Array;
  /** Media type that the container gave, or undefined. */
  readonly contentType: string | undefined;
  /** Variant that answered, or undefined where it is not told. */
  readonly variant: string | undefined;
  /** What the container gave back, or undefined. */
  readonly customAttributes: string | undefined;
  /** The body as UTF-8. */
  text(): string;
  /**
   * The body as JSON.
   *
   * @throws SyntaxError
   */
  json<T = unknown>(): T;
}

/**
 * Sends a request to an endpoint and waits for the answer.
 *
 * @param body bytes, or text
 * @throws InvalidInputError when the body is too large, before it is sent.
 * @throws InvocationError when the container answers with an error.
 * @example
 * ```ts
 * const answer = await invokeEndpoint(session, "drivers", jpeg, { contentType: "application/x-image" });
 * answer.json<number[]>(); // [0.97, 0.03]
 * ```
 */
export async function invokeEndpoint(
  session: Session,
  endpoint: Endpoint | string,
  body: Uint8Array | string,
  options: InvokeOptions = {},
): Promise<InvocationResult> {
  const name = endpointName(endpoint);
  const { signal, timeoutMs } = options;
  signal?.throwIfAborted();
  const bytes = checkPayload(name, endpoint, body, options.maxPayloadBytes);
  try {
    const answer = await call(
      session,
      "sagemaker-runtime",
      "InvokeEndpoint",
      {
        ...toRequest(name, bytes, options),
        ...(options.targetModel === undefined ? {} : { TargetModel: options.targetModel }),
        ...(options.inferenceId === undefined ? {} : { InferenceId: options.inferenceId }),
      },
      { signal, timeoutMs, raw: options.aws },
    );
    return toResult(new Uint8Array(answer.Body ?? []), {
      contentType: answer.ContentType,
      variant: answer.InvokedProductionVariant,
      customAttributes: answer.CustomAttributes,
    });
  } catch (error) {
    throw toInvocationError(error, name);
  }
}

/** What a request has, whether it is answered at once or in pieces. */
export function toRequest(
  EndpointName: string,
  Body: Uint8Array,
  options: Pick<InvokeOptions, "contentType" | "accept" | "customAttributes" | "targetVariant">,
) {
  const { contentType, accept, customAttributes, targetVariant } = options;
  return {
    EndpointName,
    Body,
    ContentType: contentType ?? "application/octet-stream",
    ...(accept === undefined ? {} : { Accept: accept }),
    ...(customAttributes === undefined ? {} : { CustomAttributes: customAttributes }),
    ...(targetVariant === undefined ? {} : { TargetVariant: targetVariant }),
  };
}

/** The body's bytes, when the endpoint answers at once and the size is within the limit. */
export function checkPayload(
  name: string,
  endpoint: Endpoint | string,
  body: Uint8Array | string,
  maxPayloadBytes = MOST_PAYLOAD_BYTES,
): Uint8Array {
  if (typeof endpoint !== "string" && endpoint.isAsync) {
    throw new InvalidInputError("endpoint", "one that answers at once", name, "Use invokeEndpointAsync().");
  }
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  if (bytes.length > maxPayloadBytes) {
    throw new InvalidInputError(
      "body",
      `at most ${maxPayloadBytes} bytes (maxPayloadBytes)`,
      bytes.length,
      "Make the picture smaller, or deploy with `async` and use invokeEndpointAsync().",
    );
  }
  return bytes;
}

/** A body with its readers. */
export function toResult(
  body: Uint8Array,
  about: Pick<InvocationResult, "contentType" | "variant" | "customAttributes">,
): InvocationResult {
  const text = () => new TextDecoder().decode(body);
  return { body, ...about, text, json: <T>() => JSON.parse(text()) as T };
}

/** The container's own error in place of the service's ModelError; any other as it is. */
export function toInvocationError(error: unknown, name: string): unknown {
  if (!(error instanceof AwsRequestError) || error.code !== "ModelError") return error;
  const cause = error.cause as { OriginalStatusCode?: number; OriginalMessage?: string } | undefined;
  return new InvocationError(name, cause?.OriginalStatusCode, cause?.OriginalMessage ?? error.message, {
    cause: error,
  });
}
