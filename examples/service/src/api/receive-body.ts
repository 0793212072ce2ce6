import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.js";

/** What a body may be. */
export interface BodyLimits {
  /** Largest body in bytes. */
  readonly maxBytes: number;
  /** Longest wait for the next bytes, in milliseconds. */
  readonly idleMs: number;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * A body piece by piece. The next piece is asked for when the last one was taken, so that a sender is held up by
 * whoever writes it away. The request itself stays open, for the answer.
 *
 * @throws Refusal 413 when it is too large, by its Content-Length or when it has grown past the limit, 408 when nothing
 *   comes for too long, 400 when it ends early or is empty; `signal.reason`
 */
export async function* receiveBody(
  request: IncomingMessage,
  { maxBytes, idleMs, signal }: BodyLimits,
): AsyncGenerator<Buffer, void> {
  const tooLarge = () => new Refusal(413, `The body is larger than the limit of ${maxBytes} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) throw tooLarge();
  const pieces = request.iterator({ destroyOnReturn: false });
  let bytes = 0;
  try {
    for (;;) {
      const next = await withinTime(pieces.next(), idleMs, signal);
      if (next.done === true) break;
      bytes += next.value.length;
      if (bytes > maxBytes) throw tooLarge();
      yield next.value;
    }
  } finally {
    // Lets go of the stream, which discardBody may then drain; where a piece is still waited for, that one comes first.
    pieces.return?.().catch(() => undefined);
  }
  if (bytes === 0) throw new Refusal(400, "The request has no body; send the picture or video in it.");
}

/** The next piece, unless it takes too long or the signal aborts. */
async function withinTime(
  piece: Promise<IteratorResult<Buffer>>,
  idleMs: number,
  signal: AbortSignal,
): Promise<IteratorResult<Buffer>> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  // It is left behind where time is over, and must not end the process then.
  piece.catch(() => undefined);
  try {
    return await Promise.race([
      piece.catch(() => {
        throw new Refusal(400, "The request ended before its body was complete.");
      }),
      new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason);
        signal.addEventListener("abort", stop, { once: true });
        if (signal.aborted) stop();
        timer = setTimeout(
          () => reject(new Refusal(408, `Nothing came for ${idleMs / 1000} s; the body is not complete.`)),
          idleMs,
        );
      }),
    ]);
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
