import type { EventQueue } from "./event-queue.js";

/**
 * Yields what `work` pushes into `events` while it runs, and returns its result. Leaving the loop aborts the
 * work; whatever happens, it has ended before this does.
 */
export async function* runEvents<Event, Result>(
  events: EventQueue<Event>,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Event, Result> {
  outer?.throwIfAborted();
  const leave = new AbortController();
  const signal = outer ? AbortSignal.any([outer, leave.signal]) : leave.signal;
  const running = work(signal).finally(() => events.close());
  // Awaited below; a rejection before that must not count as unhandled.
  running.catch(() => {});
  try {
    yield* events;
    return await running;
  } finally {
    leave.abort(new DOMException("the caller left the loop", "AbortError"));
    await running.catch(() => {});
  }
}
