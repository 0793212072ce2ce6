import type { IncomingMessage } from "node:http";

/** Longest wait for the rest of a refused body, in milliseconds. */
const DISCARD_MS = 5_000;

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
