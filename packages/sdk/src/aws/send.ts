import { checkMs, MOST_TIMER_MS } from "../checks/times.js";
import { AwsRequestError, SdkError } from "../errors.js";
import { onAbort } from "../wait/on-abort.js";
import { type ClientSettings, type ClientSources, type LoadedClient, loadClient } from "./clients.js";
import type { AwsService, SendOptions, SendRequest } from "./send-request.js";

/** Far above any answer of a control plane; a lost connection must not hold a wait for ever. */
const DEFAULT_REQUEST_TIMEOUT_MS = 120_000;

export interface Sender {
  readonly send: SendRequest;
  /** The region as the AWS SDK finds it: AWS_REGION, then the profile. */
  findRegion(): Promise<string>;
  close(): void;
}

/** Makes the one function through which every request of a session goes. */
export function createSender(settings: ClientSettings, sources: ClientSources): Sender {
  const clients = new Map<AwsService, Promise<LoadedClient>>();
  const clientFor = (service: AwsService): Promise<LoadedClient> => {
    const known = clients.get(service);
    if (known !== undefined) return known;
    const loading = loadClient(service, sources, settings);
    clients.set(service, loading);
    loading.catch(() => clients.delete(service)); // The next request tries again.
    return loading;
  };

  async function send<Output>(
    service: AwsService,
    operation: string,
    input: Readonly<Record<string, unknown>>,
    options: SendOptions = {},
  ): Promise<Output> {
    const { signal, timeoutMs = DEFAULT_REQUEST_TIMEOUT_MS } = options;
    checkMs("timeoutMs", timeoutMs);
    signal?.throwIfAborted();
    const { client, command } = await clientFor(service);
    signal?.throwIfAborted();
    // A controller of our own per request: nothing stays attached to a signal that lives for hours.
    const controller = new AbortController();
    const release = onAbort(signal, () => controller.abort(signal?.reason));
    let timedOut = false;
    const timer = setTimeout(
      () => {
        timedOut = true;
        controller.abort();
      },
      Math.min(timeoutMs, MOST_TIMER_MS),
    );
    try {
      return (await client.send(command(operation, input), { abortSignal: controller.signal })) as Output;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const url = settings.endpointUrl ?? process.env.AWS_ENDPOINT_URL;
      throw toRequestError(error, service, operation, url, timedOut ? timeoutMs : undefined);
    } finally {
      clearTimeout(timer);
      release();
    }
  }

  return {
    send,
    async findRegion() {
      // Every client knows; the first is as good as any.
      const { client } = await clientFor(Object.keys(sources)[0] as AwsService);
      return client.config.region();
    },
    close() {
      for (const loading of clients.values()) {
        loading.then(
          ({ client }) => client.destroy(),
          () => undefined, // A client that never loaded holds nothing.
        );
      }
      clients.clear();
    },
  };
}

interface AwsSdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

function toRequestError(
  error: unknown,
  service: AwsService,
  operation: string,
  endpointUrl: string | undefined,
  timedOutAfterMs: number | undefined,
): Error {
  if (error instanceof SdkError || error instanceof TypeError) return error;
  const failure = (typeof error === "object" && error !== null ? error : {}) as AwsSdkError;
  const statusCode = failure.$metadata?.httpStatusCode;
  const requestId = failure.$metadata?.requestId;
  const code = timedOutAfterMs === undefined ? (failure.code ?? failure.name ?? "Unknown") : "RequestTimeout";
  const about = [code, statusCode, requestId === undefined ? undefined : `request ${requestId}`]
    .filter((part) => part !== undefined)
    .join(", ");
  const detail =
    timedOutAfterMs === undefined
      ? `${(failure.message || String(error)).replace(/(?<=\w)$/, ".")}${remedyFor(code, failure.message ?? "", endpointUrl)}`
      : `no answer within ${timedOutAfterMs / 1000} s`;
  return new AwsRequestError(
    `${service} ${operation} failed (${about}): ${detail}`,
    { service, operation, code, statusCode, requestId },
    error,
  );
}

function remedyFor(code: string, message: string, endpointUrl: string | undefined): string {
  if (code === "CredentialsProviderError" || /could not load credentials/i.test(message)) {
    return " Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run on a machine with a role.";
  }
  if (/ExpiredToken/.test(code)) {
    return " The credentials have expired: sign in again, or pass `credentials` as a function that renews them.";
  }
  if (code === "NoSuchBucket") return " Make it with ensureBucket(), or name another.";
  if (code === "ECONNREFUSED" && endpointUrl !== undefined) {
    return ` The endpoint is ${endpointUrl}: is local SageMaker still running there?`;
  }
  return "";
}
