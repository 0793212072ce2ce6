import { AwsRequestError } from "../errors.js";
import { mergeRaw, type RawParameters } from "./merge-raw.js";
import type { Input, Operation, Output, Services } from "./operations.js";
import type { SendOptions, SendRequest } from "./send-request.js";

export type { RawParameters } from "./merge-raw.js";

/** One typed request through the session. `raw` wins over `input`. */
export async function call<S extends keyof Services, O extends Operation<S>>(
  session: { readonly send: SendRequest },
  service: S,
  operation: O,
  input: Input<S, O>,
  options?: SendOptions & { readonly raw?: RawParameters | undefined },
): Promise<Output<S, O>> {
  const { raw, ...sendOptions } = options ?? {};
  return session.send(service, operation, mergeRaw(input as RawParameters, raw), sendOptions);
}

/** True when the thing asked for does not exist. SageMaker says so with a ValidationException. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof AwsRequestError)) return false;
  if (/^(ResourceNotFound|ObjectNotFound|NoSuchKey|NotFound|NoSuchUpload)/.test(error.code)) return true;
  return (
    error.code === "ValidationException" && /could not find|not found|does not exist/i.test(error.message)
  );
}

/** True when a create was refused because the name is taken. */
export function isAlreadyExisting(error: unknown): boolean {
  return (
    error instanceof AwsRequestError &&
    (error.code === "ResourceInUse" ||
      /already exist|must be unique/i.test(error.message) ||
      /^BucketAlready/.test(error.code))
  );
}

/** True when the service, or its stand-in, has no such operation. */
export function isUnsupported(error: unknown): boolean {
  return (
    error instanceof AwsRequestError &&
    (error.statusCode === 501 || /^(UnknownOperation|NotImplemented)/.test(error.code))
  );
}

/** True when the caller may not do this. */
export function isAccessDenied(error: unknown): boolean {
  return (
    error instanceof AwsRequestError &&
    (error.statusCode === 403 || /AccessDenied|Unauthorized|Forbidden/.test(error.code))
  );
}

const networkCodes =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EAI_AGAIN|TimeoutError|RequestTimeout|NetworkingError)/;
const throttlingCodes = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimitExceeded/;

/** True when the same request may well succeed a little later: throttling, a 5xx, a network fault. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof AwsRequestError)) return false;
  return (
    throttlingCodes.test(error.code) ||
    networkCodes.test(error.code) ||
    error.statusCode === 429 ||
    (error.statusCode !== undefined && error.statusCode >= 500)
  );
}

/** Undefined in place of "not found". */
export async function orUndefined<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
