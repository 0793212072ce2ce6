import type { ServerResponse } from "node:http";
import { AwsError } from "../errors.js";
import { checkInput, isKnownOperation, type ModelledService, targetPrefix } from "./constraints.js";

/** An operation's input, after the model's checks. Members are read with the helpers of `json-input`. */
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
    const output = await callOperation(service, operations, target, body);
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end(output === undefined ? "{}" : JSON.stringify(output));
  } catch (error) {
    const answer = error instanceof AwsError ? error : internalFailure(error);
    sendJsonError(response, answer);
    if (answer !== error) throw error;
  }
}

async function callOperation(
  service: ModelledService,
  operations: JsonOperations,
  target: string,
  body: Uint8Array,
): Promise<unknown> {
  const dot = target.lastIndexOf(".");
  const name = target.slice(dot + 1);
  if (target.slice(0, dot) !== targetPrefix(service) || !isKnownOperation(service, name)) {
    throw new AwsError(
      "UnknownOperationException",
      `The service ${service} has no operation "${target}".`,
      404,
    );
  }
  const operation = operations[name];
  if (operation === undefined) {
    throw new AwsError("NotImplementedException", `The local ${service} does not implement ${name}.`, 501);
  }
  const input = parseBody(body);
  checkInput(service, name, input);
  return operation(input);
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
