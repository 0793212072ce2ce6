import type { IncomingMessage } from "node:http";
import type { MemoryLease } from "../inference/memory-budget.js";
import { busy, RequestError } from "./request-error.js";

/** How a body is read. */
export interface ReadBodyOptions {
  /** Largest body in bytes; a longer one is refused by its Content-Length, or when it has grown past it. */
  readonly maxBytes: number;
  /** Ends the wait for a slow sender. */
  readonly signal: AbortSignal;
  /** What the body holds of the container's memory; the caller releases it. Default: a body so small is not counted. */
  readonly memory?: MemoryLease;
}

/**
 * Reads a request's body whole.
 *
 * Memory for all of it is set aside by its Content-Length before the first byte is taken: many half-read bodies would
 * otherwise fill the container and none would ever be complete.
 *
 * The stream is left alone when the body is refused: destroying it would close the connection under the answer.
 *
 * @throws RequestError 413 when it is too large, 503 when there is no memory for it, 400 when it is empty or ends early;
 *   `signal.reason`
 */
export async function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<Uint8Array> {
  const { maxBytes, signal, memory } = options;
  checkLength(request, maxBytes);
  const declared = Number(request.headers["content-length"] ?? 0);
  const hold = (bytes: number): void => {
    if (memory && !memory.grow(bytes))
      throw busy("No memory is left for another picture; try again in a moment.");
  };
  hold(declared);
  const body = await new Promise<Buffer>((resolve, reject) => {
    // A declared length is read straight into place: pieces put together at the end would take the memory twice.
    const place = declared > 0 ? Buffer.allocUnsafeSlow(declared) : undefined;
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (end: () => void): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      signal.removeEventListener("abort", onAbort);
      end();
    };
    const onData = (chunk: Buffer): void => {
      const at = size;
      size += chunk.byteLength;
      try {
        if (size > maxBytes) throw tooLarge(maxBytes);
        // Twice: the pieces and the whole are there together for a moment.
        if (!place) hold(chunk.byteLength * 2);
      } catch (error) {
        settle(() => reject(error));
        return;
      }
      if (place) chunk.copy(place, at);
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle(() => resolve(place ?? Buffer.concat(chunks)));
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

/** Refuses a body by its Content-Length alone. */
export function checkLength(request: IncomingMessage, maxBytes: number): void {
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > maxBytes) throw tooLarge(maxBytes);
}

/** 413 with the limit. */
export function tooLarge(maxBytes: number): RequestError {
  return new RequestError(413, "PayloadTooLarge", `The body is larger than the limit of ${maxBytes} bytes.`);
}
