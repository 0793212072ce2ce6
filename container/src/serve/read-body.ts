import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error.js";

/**
 * Reads a request's body whole.
 *
 * @param maxBytes protects memory; a longer body is refused by its Content-Length, or when it has grown past it
 * @throws RequestError 413 when it is too large, 400 when it is empty or ends early
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  checkLength(request, maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof RequestError) throw cause;
    throw new RequestError(400, "IncompleteBody", "The request ended before its body was complete.", {
      cause,
    });
  }
  if (size === 0)
    throw new RequestError(
      400,
      "EmptyBody",
      "The request has no body; send the picture, video or job in it.",
    );
  return Buffer.concat(chunks);
}

/** Refuses a body by its Content-Length alone. */
export function checkLength(request: IncomingMessage, maxBytes: number): void {
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > maxBytes) throw tooLarge(maxBytes);
}

/** 413 with the limit. */
export function tooLarge(maxBytes: number): RequestError {
  return new RequestError(413, "PayloadTooLarge", `The body is larger than the limit of ${maxBytes} bytes.`);
}
