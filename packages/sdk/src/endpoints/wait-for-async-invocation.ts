import { type LongWork, longWork, type Tell } from "@sightline/foundation/long-work";
import { isAccessDenied } from "../aws/call.js";
import { poll, type WaitOptions } from "../aws/poll.js";
import { InvocationError } from "../errors.js";
import { followLogs, type LogLine } from "../logs/log-reader.js";
import { logTail } from "../logs/log-tail.js";
import { headObject } from "../s3/head-object.js";
import { readObject } from "../s3/read-object.js";
import type { Session } from "../session.js";
import { endpointLogGroup } from "./endpoint.js";
import { type InvocationResult, toResult } from "./invoke-endpoint.js";
import type { AsyncInvocation } from "./invoke-endpoint-async.js";

/** What happens while a result is waited for. */
export type AsyncInvocationEvent =
  | {
      readonly kind: "waiting";
      /** Since the wait began. */
      readonly seconds: number;
    }
  /** A line of the endpoint's log since the wait began; of other invocations too. */
  | ({ readonly kind: "log" } & LogLine)
  | {
      readonly kind: "warning";
      /** What does not end the wait, but should be known. */
      readonly message: string;
    };

/** How a result is waited for. */
export interface WaitForAsyncOptions extends WaitOptions {
  /** Read the endpoint's log for events. Default false: it is everybody's, and costs requests. */
  readonly logs?: boolean;
  /** Largest result read into memory, in bytes. Default 64 MiB; a larger one stays in S3. */
  readonly maxBytes?: number;
}

/** The result of an asynchronous invocation, and where it lies. */
export interface AsyncInvocationResult extends InvocationResult {
  /** S3 URI of the result. */
  readonly outputUri: string;
}

/** Longest queue time and invocation that the service allows, together. */
const DEFAULT_TIMEOUT_MS = (21_600 + 3600) * 1000;

/**
 * Waits until the result lies in S3, and reads it.
 *
 * @param options `timeoutMs` default: 7 hours, the longest that the service allows
 * @throws InvocationError with the text that the service left at `failureUri`
 * @throws WaitTimeoutError
 * @example
 * ```ts
 * const answer = await waitForAsyncInvocation(session, invocation);
 * answer.json(); // whatever the container answers
 * ```
 */
export function waitForAsyncInvocation(
  session: Session,
  invocation: AsyncInvocation,
  options: WaitForAsyncOptions = {},
): LongWork<AsyncInvocationEvent, AsyncInvocationResult> {
  return longWork((signal, tell) => wait(session, invocation, { ...options, signal }, tell), {
    signal: options.signal,
    progress: ["waiting"],
  });
}

async function wait(
  session: Session,
  invocation: AsyncInvocation,
  options: WaitForAsyncOptions,
  tell: Tell<AsyncInvocationEvent>,
): Promise<AsyncInvocationResult> {
  const { signal, maxBytes, logs = false } = options;
  const { outputUri, failureUri, endpointName: name } = invocation;
  const tellProgress = createTeller(session, name, logs, tell);
  await poll(
    `the result of invocation ${invocation.inferenceId} at ${outputUri}`,
    async (look) => {
      await tellProgress(look);
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
  logs: boolean,
  tell: Tell<AsyncInvocationEvent>,
): (signal: AbortSignal) => Promise<void> {
  const startedAt = Date.now();
  const log = followLogs(session, endpointLogGroup(name), undefined);
  let readable = logs;
  return async (signal) => {
    await tell({ kind: "waiting", seconds: (Date.now() - startedAt) / 1000 });
    if (!readable) return;
    try {
      for (const line of await log.read(signal)) {
        if (line.timestamp.getTime() >= startedAt) await tell({ kind: "log", ...line });
      }
    } catch (error) {
      if (!isAccessDenied(error)) throw error;
      readable = false;
      await tell({
        kind: "warning",
        message: `The endpoint's log may not be read: ${(error as Error).message}`,
      });
    }
  };
}
