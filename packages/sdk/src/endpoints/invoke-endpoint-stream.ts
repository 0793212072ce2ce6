import { call } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { InvocationError, SdkError } from "../errors.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName } from "./endpoint.js";
import { checkPayload, toInvocationError, toRequest } from "./invoke-endpoint.js";

/** How an endpoint is asked for an answer in pieces. */
export interface InvokeStreamOptions {
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
  /** Content type wanted in answer. Default: the container's own choice. */
  readonly accept?: string;
  /** Handed to the container, up to 1,024 ASCII characters. Default: none. */
  readonly customAttributes?: string;
  /** Variant to ask. Default: as the endpoint shares its traffic out. */
  readonly targetVariant?: string;
  /** Largest body sent, in bytes. Default 6,291,456. */
  readonly maxPayloadBytes?: number;
  /** How long to wait for the answer to begin, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of InvokeEndpointWithResponseStream. */
  readonly aws?: RawParameters;
}

/** An event of the service's stream; exactly one member is there. */
interface StreamEvent {
  readonly PayloadPart?: { readonly Bytes?: Uint8Array };
  readonly ModelStreamError?: {
    readonly message?: string;
    readonly Message?: string;
    readonly ErrorCode?: string;
  };
  readonly InternalStreamFailure?: { readonly message?: string };
}

/**
 * Sends a request and yields the answer as the container writes it. Leaving the loop ends the request.
 *
 * @throws InvocationError when the container answers with an error, or breaks off in the middle.
 * @example
 * ```ts
 * for await (const piece of invokeEndpointStream(session, "drivers", "go")) process.stdout.write(piece);
 * ```
 */
export async function* invokeEndpointStream(
  session: Session,
  endpoint: Endpoint | string,
  body: Uint8Array | string,
  options: InvokeStreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const name = endpointName(endpoint);
  const { signal, timeoutMs } = options;
  signal?.throwIfAborted();
  const bytes = checkPayload(name, endpoint, body, options.maxPayloadBytes);
  let events: AsyncIterable<StreamEvent> | undefined;
  try {
    const answer = await call(
      session,
      "sagemaker-runtime",
      "InvokeEndpointWithResponseStream",
      toRequest(name, bytes, options),
      { signal, timeoutMs, raw: options.aws },
    );
    events = answer.Body as AsyncIterable<StreamEvent> | undefined;
  } catch (error) {
    throw toInvocationError(error, name);
  }
  if (events === undefined) throw new SdkError(`Endpoint ${name} answered without a stream.`);
  try {
    for await (const event of events) {
      signal?.throwIfAborted();
      if (event.PayloadPart?.Bytes !== undefined) yield new Uint8Array(event.PayloadPart.Bytes);
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    // The client throws the stream's own exceptions.
    const code = (error as { name?: string }).name ?? "";
    if (code !== "ModelStreamError" && code !== "InternalStreamFailure") throw error;
    throw new InvocationError(name, undefined, `the answer broke off: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
