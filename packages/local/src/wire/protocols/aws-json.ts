import { AwsError } from "../../errors.js";
import { type ErrorForm, type Protocol, unknownOperation, type WireAnswer } from "./protocol.js";

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, instants as seconds since 1970. */
export function awsJson(contentType = "application/x-amz-json-1.1"): Protocol {
  return {
    readCall({ headers, body }, { targetPrefix }) {
      const target = String(headers["x-amz-target"]);
      const dot = target.lastIndexOf(".");
      if (target.slice(0, dot) !== targetPrefix) throw unknownOperation(target);
      return { operation: target.slice(dot + 1), input: parseBody(body) };
    },
    writeOutput: (_call, output) => ({
      headers: { "content-type": contentType },
      body: JSON.stringify(withEpochSeconds(output)),
    }),
    writeError: (error) => writeJsonError(error, contentType),
  };
}

/** REST-JSON, as SageMaker Runtime, Lambda and many others have it; only its errors are written here. */
export const REST_JSON: ErrorForm = { writeError: (error) => writeJsonError(error, "application/json") };

function writeJsonError(error: AwsError, contentType: string): WireAnswer {
  return {
    status: error.status,
    headers: { "content-type": contentType, "x-amzn-errortype": error.code, ...error.headers },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.members }),
  };
}

function withEpochSeconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(withEpochSeconds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withEpochSeconds(item)]));
}

function parseBody(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch (cause) {
    throw new AwsError("SerializationException", "The request body is not JSON.", 400, { cause });
  }
}
