import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { AwsError } from "../../errors.js";
import type { RequestTarget } from "../percent-encoding.js";
import type { ServiceModel } from "../service-models.js";

/** A request whose body has been read. */
export interface WireRequest {
  readonly method: string;
  readonly target: RequestTarget;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** What a request calls, before any check. */
export interface WireCall {
  readonly operation: string;
  readonly input: unknown;
}

/** An answer, ready to be sent. */
export interface WireAnswer {
  /** HTTP status. Default 200. */
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** A form in which AWS clients read errors. */
export interface ErrorForm {
  writeError(error: AwsError, requestId: string): WireAnswer;
}

/** A form in which AWS clients write calls and read answers. */
export interface Protocol extends ErrorForm {
  /** @throws AwsError for what is not of this form, or calls another service */
  readCall(request: WireRequest, model: ServiceModel): WireCall;
  writeOutput(call: WireCall, output: unknown, model: ServiceModel, requestId: string): WireAnswer;
}

/** Sends an answer. */
export function sendAnswer(response: ServerResponse, { status = 200, headers, body }: WireAnswer): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

/** What a client is told of a fault: itself where it is an AWS error, otherwise that there was one. */
export function asAwsError(cause: unknown): AwsError {
  if (cause instanceof AwsError) return cause;
  return new AwsError("InternalFailure", "The local server failed. Its log says why.", 500, { cause });
}

/** A call of an operation that the service does not have. */
export function unknownOperation(name: string): AwsError {
  return new AwsError("UnknownOperationException", `There is no operation "${name}" here.`, 404);
}
