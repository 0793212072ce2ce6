import type { ServerResponse } from "node:http";
import { AwsError } from "../errors.js";
import { decodeCbor, encodeCbor } from "./cbor.js";
import { checkInput, isKnownOperation, type ModelledService, targetPrefix } from "./constraints.js";

/** An operation's input, after the model's checks. */
export type JsonInput = Readonly<Record<string, unknown>>;
/** Answers an operation; what it returns becomes the JSON body. */
export type JsonOperation = (input: JsonInput) => unknown;
/** Operations by name. */
export type JsonOperations = Readonly<Record<string, JsonOperation>>;

/**
 * Answers one request of an AWS JSON 1.1 service, whose signature has been checked. Instants in
 * outputs are seconds since 1970, as the protocol has them.
 */
export async function serveJson(
  service: ModelledService,
  operations: JsonOperations,
  target: string,
  body: Uint8Array,
  response: ServerResponse,
): Promise<void> {
  try {
    const dot = target.lastIndexOf(".");
    const operation = findOperation(service, operations, target.slice(0, dot), target.slice(dot + 1));
    const output = await operation(parseBody(body));
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(JSON.stringify(withEpochSeconds(output ?? {})));
  } catch (error) {
    const answer = error instanceof AwsError ? error : internalFailure(error);
    sendJsonError(response, answer);
    if (answer !== error) throw error;
  }
}

/** Answers one request of a service that speaks Smithy's RPC v2 with CBOR: CloudWatch. */
export async function serveCbor(
  service: ModelledService,
  operations: JsonOperations,
  path: string,
  body: Uint8Array,
  response: ServerResponse,
): Promise<void> {
  const send = (status: number, content: unknown): void => {
    response.statusCode = status;
    response.setHeader("smithy-protocol", "rpc-v2-cbor");
    response.setHeader("content-type", "application/cbor");
    response.end(encodeCbor(content));
  };
  try {
    const [, prefix = "", name = ""] = /^\/service\/([^/]+)\/operation\/([^/]+)$/.exec(path) ?? [];
    const operation = findOperation(service, operations, prefix, name);
    const input = body.length === 0 ? {} : (decodeCbor(body) as JsonInput);
    send(200, (await operation(input)) ?? {});
  } catch (error) {
    const answer = error instanceof AwsError ? error : internalFailure(error);
    // CloudWatch spoke Query before: its clients read the old code from this header.
    response.setHeader("x-amzn-query-error", `${answer.code};${answer.status < 500 ? "Sender" : "Receiver"}`);
    send(answer.status, { __type: answer.code, message: answer.message, ...answer.members });
    if (answer !== error) throw error;
  }
}

/** Instants are `Date` in outputs that CBOR may carry; JSON 1.1 has seconds. */
function withEpochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withEpochSeconds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withEpochSeconds(item)]));
}

function findOperation(
  service: ModelledService,
  operations: JsonOperations,
  prefix: string,
  name: string,
): JsonOperation {
  if (prefix !== targetPrefix(service) || !isKnownOperation(service, name)) {
    throw new AwsError(
      "UnknownOperationException",
      `The service ${service} has no operation "${prefix}.${name}".`,
      404,
    );
  }
  const operation = operations[name];
  if (operation === undefined) {
    throw new AwsError("NotImplementedException", `The local ${service} does not implement ${name}.`, 501);
  }
  return (input) => {
    checkInput(service, name, input);
    return operation(input);
  };
}

function parseBody(body: Uint8Array): JsonInput {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch (cause) {
    throw new AwsError("SerializationException", "The request body is not JSON.", 400, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new AwsError("SerializationException", "The request body is not a JSON object.");
  }
  return value as JsonInput;
}

/** Writes an error as the JSON protocols do. */
export function sendJsonError(
  response: ServerResponse,
  error: AwsError,
  type = "application/x-amz-json-1.1",
): void {
  response.statusCode = error.status;
  response.setHeader("content-type", type);
  response.setHeader("x-amzn-errortype", error.code);
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  response.end(JSON.stringify({ __type: error.code, message: error.message, ...error.members }));
}

/** What a client is told of a fault of ours. */
export function internalFailure(cause: unknown): AwsError {
  return new AwsError("InternalFailure", "The local server failed. Its log says why.", 500, { cause });
}
