import type { IncomingMessage } from "node:http";
import { RequestError } from "./request-error.js";

/**
 * Reads a request's body whole.
 *
 * The stream is left alone when the body is refused: destroying it would close the connection under the answer.
 *
 * @param maxBytes protects memory; a longer body is refused by its Content-Length, or when it has grown past it
 * @param signal ends the wait for a slow sender
 * @throws RequestError 413 when it is too large, 400 when it is empty or ends early; `signal.reason`
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  checkLength(request, maxBytes);
  const body = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (end: () => void): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      signal.removeEventListener("abort", onAbort);
      end();
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.byteLength;
      if (size > maxBytes) settle(() => reject(tooLarge(maxBytes)));
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(chunks)));
    const onClose = (): void =>
      settle(() =>
        reject(new RequestError(400, "IncompleteBody", "The request ended before its body was complete.")),
      );
    const onAbort = (): void => settle(() => reject(signal.reason));
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
  if (body.byteLength === 0) {
    throw new RequestError(
      400,
      "EmptyBody",
      "The request has no body; send the picture, video or job in it.",
    );
  }
  return body;
}

/** Longest wait for the rest of a refused body, in milliseconds. */
const DISCARD_MS = 5000;

/**
 * Lets the sender finish a body that nobody wants, so that it gets to read the answer: closing at once would reset the
 * connection. After five seconds the connection is closed all the same.
 */
export function discardBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), DISCARD_MS);
  timer.unref();
  request.once("close", () => clearTimeout(timer));
  request.once("end", () => clearTimeout(timer));
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
