import type { Readable } from "node:stream";

/** A connection that died without a word sends nothing more, and nobody is told. */
export const SILENCE_MS = 60_000;

/**
 * The chunks of a body. One that sends nothing for a minute is broken off.
 *
 * @param silent the error for that
 */
export async function* bodyChunks(
  body: Readable,
  silent: () => Error,
  silenceMs: number = SILENCE_MS,
): AsyncGenerator<Uint8Array, void, undefined> {
  const start = () => setTimeout(() => body.destroy(silent()), silenceMs);
  let timer = start();
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer); // What the reader does with it may take its time.
      yield chunk;
      timer = start();
    }
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
}
