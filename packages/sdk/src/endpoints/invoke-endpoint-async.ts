import { randomUUID } from "node:crypto";
import { call, isAccessDenied, type RawParameters } from "../aws/call.js";
import { checkInteger } from "../checks/numbers.js";
import { InvalidInputError, InvocationError } from "../errors.js";
import { followLogs, type LogLine } from "../logs/log-reader.js";
import { logTail } from "../logs/log-tail.js";
import { headObject } from "../s3/list-files.js";
import { readObject } from "../s3/read-object.js";
import { formatS3Uri, locate, parseS3Uri } from "../s3/s3-uri.js";
import { writeObject } from "../s3/write-object.js";
import type { Session } from "../session.js";
import { poll, type WaitOptions } from "../wait/poll.js";
import { type Endpoint, endpointLogGroup, endpointName } from "./endpoint.js";
import { type InvocationResult, toResult } from "./invoke-endpoint.js";

/** An asynchronous invocation under way. Plain data: it may be written to a file and waited for later. */
export interface AsyncInvocation {
  readonly kind: "async-invocation";
  readonly endpointName: string;
  readonly inferenceId: string;
  readonly inputUri: string;
  readonly outputUri: string;
  /** Undefined when the endpoint was deployed without one: then an error is never seen, only a time-out. */
  readonly failureUri: string | undefined;
}

export interface InvokeAsyncOptions {
  /** Default: by the object's own type, or `application/octet-stream`. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly customAttributes?: string;
  /** Default: random. */
  readonly inferenceId?: string;
  /** How long the request may wait in the queue, 60 to 21,600 s. Default: the service's (6 h). */
  readonly queueTimeoutSeconds?: number;
  /** How long the container may take, 1 to 3,600 s. Default: the service's (900 s). */
  readonly invocationTimeoutSeconds?: number;
  /** S3 folder for an input given as bytes. Default: `async-inputs/` in the session's bucket. */
  readonly inputFolder?: string;
  readonly signal?: AbortSignal;
  /** Raw parameters of InvokeEndpointAsync. */
  readonly aws?: RawParameters;
}

/**
 * Puts a request into an asynchronous endpoint's queue.
 *
 * @param input an S3 URI, or bytes that are put into S3 first
 * @throws InvalidInputError when the endpoint is known to take no asynchronous requests.
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

/** What happens while a result is waited for. */
export type AsyncInvocationEvent =
  | { readonly kind: "waiting"; readonly seconds: number }
  /** A line of the endpoint's log since the wait began; of other invocations too. */
  | ({ readonly kind: "log" } & LogLine)
  | { readonly kind: "warning"; readonly message: string };

export interface WaitForAsyncOptions extends WaitOptions {
  /** Told at every look. The endpoint's log is read for this only. */
  readonly onEvent?: (event: AsyncInvocationEvent) => void;
  /** Largest result read into memory, in bytes. Default 64 MiB; a larger one stays in S3. */
  readonly maxBytes?: number;
}

/** Longest queue time and invocation that the service allows, together. */
const DEFAULT_TIMEOUT_MS = (21_600 + 3600) * 1000;

/**
 * Waits until the result lies in S3, and reads it.
 *
 * @param options `timeoutMs` default: 7 hours, the longest that the service allows
 * @throws InvocationError with the text that the service left at `failureUri`
 * @throws WaitTimeoutError
 */
export async function waitForAsyncInvocation(
  session: Session,
  invocation: AsyncInvocation,
  options: WaitForAsyncOptions = {},
): Promise<InvocationResult & { readonly outputUri: string }> {
  const { signal, maxBytes, onEvent } = options;
  const { outputUri, failureUri, endpointName: name } = invocation;
  const tell = onEvent === undefined ? undefined : createTeller(session, name, onEvent);
  await poll(
    `the result of invocation ${invocation.inferenceId} at ${outputUri}`,
    async (look) => {
      await tell?.(look);
      if ((await headObject(session, outputUri, { signal: look })) !== undefined)
        return { done: true, value: undefined };
      if (
        failureUri !== undefined &&
        (await headObject(session, failureUri, { signal: look })) !== undefined
      ) {
        const reason = new TextDecoder().decode(await readObject(session, failureUri, { signal: look }));
        throw new InvocationError(name, undefined, reason.trim(), {
          logTail: await logTail(session, endpointLogGroup(name), undefined),
        });
      }
      return { done: false };
    },
    {
      mostDelayMs: 5_000,
      ...options,
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      logger: session.logger,
    },
  );
  const body = await readObject(session, outputUri, {
    signal,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  const result = toResult(body, { contentType: undefined, variant: undefined, customAttributes: undefined });
  return { ...result, outputUri };
}

/** Tells the time and the log's new lines; lines from before the wait are left out. */
function createTeller(
  session: Session,
  name: string,
  onEvent: (event: AsyncInvocationEvent) => void,
): (signal: AbortSignal) => Promise<void> {
  const startedAt = Date.now();
  const log = followLogs(session, endpointLogGroup(name), undefined);
  let readable = true;
  return async (signal) => {
    onEvent({ kind: "waiting", seconds: (Date.now() - startedAt) / 1000 });
    if (!readable) return;
    try {
      for (const line of await log.read(signal)) {
        if (line.timestamp.getTime() >= startedAt) onEvent({ kind: "log", ...line });
      }
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      readable = false;
      onEvent({
        kind: "warning",
        message: `The endpoint's log may not be read: ${(error as Error).message}`,
      });
    }
  };
}
