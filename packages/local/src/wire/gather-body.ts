import type { IncomingMessage } from "node:http";

/** A body is larger than it may be. What has not been read of it waits. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
}

/**
 * Gathers the body of a request or an answer in memory. By events: an asynchronous iterator takes longer than a small
 * body itself.
 *
 * @throws BodyTooLargeError, or the connection's error when it ends before the body does
 */
export function gatherBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const onData = (piece: Buffer): void => {
      size += piece.length;
      pieces.push(piece);
      if (size <= maxBytes) return;
      message.off("data", onData);
      message.pause();
      pieces.length = 0;
      reject(new BodyTooLargeError());
    };
    message.on("data", onData);
    message.once("end", () => resolve(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)));
    message.once("error", reject);
    message.once("close", () => {
      if (!message.readableEnded) reject(new Error("The connection was closed before the end of the body."));
    });
  });
}
