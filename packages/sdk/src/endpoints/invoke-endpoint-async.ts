import { randomUUID } from "node:crypto";
import { call } from "../aws/call.js";
import type { RawParameters } from "../aws/merge-raw.js";
import { checkInteger } from "../checks/numbers.js";
import { InvalidInputError } from "../errors.js";
import { formatS3Uri, locate, parseS3Uri } from "../s3/s3-uri.js";
import { writeObject } from "../s3/write-object.js";
import type { Session } from "../session.js";
import { type Endpoint, endpointName } from "./endpoint.js";

/** An asynchronous invocation under way. Plain data: it may be written to a file and waited for later. */
export interface AsyncInvocation {
  readonly kind: "async-invocation";
  /** Name of the endpoint. */
  readonly endpointName: string;
  /** Id of the invocation. */
  readonly inferenceId: string;
  /** S3 URI of the request's body. */
  readonly inputUri: string;
  /** S3 URI at which the result will lie. */
  readonly outputUri: string;
  /** Undefined when the endpoint was deployed without one: then an error is never seen, only a time-out. */
  readonly failureUri: string | undefined;
}

/** How a request is put into the queue. */
export interface InvokeAsyncOptions {
  /** Default: by the object's own type, or `application/octet-stream`. */
  readonly contentType?: string;
  /** Content type wanted in answer. Default: the container's own choice. */
  readonly accept?: string;
  /** Handed to the container, up to 1,024 ASCII characters. Default: none. */
  readonly customAttributes?: string;
  /** Default: random. */
  readonly inferenceId?: string;
  /** How long the request may wait in the queue, 60 to 21,600 s. Default: the service's (6 h). */
  readonly queueTimeoutSeconds?: number;
  /** How long the container may take, 1 to 3,600 s. Default: the service's (900 s). */
  readonly invocationTimeoutSeconds?: number;
  /** S3 folder for an input given as bytes. Default: `async-inputs/` in the session's bucket. */
  readonly inputFolder?: string;
  /** Cancels; the promise then rejects with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** Raw parameters of InvokeEndpointAsync. */
  readonly aws?: RawParameters;
}

/**
 * Puts a request into an asynchronous endpoint's queue.
 *
 * @param input an S3 URI, or bytes that are put into S3 first
 * @throws InvalidInputError when the endpoint is known to take no asynchronous requests.
 * @example
 * ```ts
 * const invocation = await invokeEndpointAsync(session, endpoint, "s3://roads/in/a.json");
 * const { outputUri } = await waitForAsyncInvocation(session, invocation);
 * ```
 */
export async function invokeEndpointAsync(
  session: Session,
  endpoint: Endpoint | string,
  input: string | Uint8Array,
  options: InvokeAsyncOptions = {},
): Promise<AsyncInvocation> {
  const name = endpointName(endpoint);
  const { signal, contentType } = options;
  signal?.throwIfAborted();
  if (typeof endpoint !== "string" && !endpoint.isAsync) {
    throw new InvalidInputError(
      "endpoint",
      "deployed with `async`",
      name,
      "Deploy it again with async: { outputUri }.",
    );
  }
  checkInteger("queueTimeoutSeconds", options.queueTimeoutSeconds, 60, 21_600);
  checkInteger("invocationTimeoutSeconds", options.invocationTimeoutSeconds, 1, 3600);
  const inferenceId = options.inferenceId ?? randomUUID();
  let inputUri: string;
  if (typeof input === "string") {
    parseS3Uri(input, "input");
    inputUri = input;
  } else {
    const folder = locate(session, options.inputFolder ?? "async-inputs/", "inputFolder");
    const place = formatS3Uri({
      ...folder,
      key: `${folder.key.replace(/\/*$/, "/")}${inferenceId}`.replace(/^\//, ""),
    });
    inputUri = await writeObject(session, place, input, {
      signal,
      ...(contentType === undefined ? {} : { contentType }),
    });
  }
  const answer = await call(
    session,
    "sagemaker-runtime",
    "InvokeEndpointAsync",
    {
      EndpointName: name,
      InputLocation: inputUri,
      InferenceId: inferenceId,
      ...(contentType === undefined ? {} : { ContentType: contentType }),
      ...(options.accept === undefined ? {} : { Accept: options.accept }),
      ...(options.customAttributes === undefined ? {} : { CustomAttributes: options.customAttributes }),
      ...(options.queueTimeoutSeconds === undefined
        ? {}
        : { RequestTTLSeconds: options.queueTimeoutSeconds }),
      ...(options.invocationTimeoutSeconds === undefined
        ? {}
        : { InvocationTimeoutSeconds: options.invocationTimeoutSeconds }),
    },
    { signal, raw: options.aws },
  );
  return {
    kind: "async-invocation",
    endpointName: name,
    inferenceId: answer.InferenceId ?? inferenceId,
    inputUri,
    outputUri: answer.OutputLocation ?? "",
    failureUri: answer.FailureLocation,
  };
}
