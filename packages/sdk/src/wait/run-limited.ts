import type { LimitFunction } from "p-limit";
import { createStopController } from "./stop-controller.js";

/**
 * Runs a task for each item, as many at a time as the limit lets. The first failure, or the caller's abort,
 * stops those under way and those that wait; when all have ended it is thrown.
 *
 * @returns the results in the order of the items
 */
export async function runLimited<Item, Result>(
  items: readonly Item[],
  limit: LimitFunction,
  signal: AbortSignal | undefined,
  task: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const stop = createStopController(signal);
  try {
    const results: Result[] = [];
    await Promise.all(
      items.map((item, index) =>
        limit(async () => {
          if (stop.signal.aborted) return;
          try {
            results[index] = await task(item, stop.signal);
          } catch (error) {
            stop.abort(error); // Before the limit lets the next one begin.
          }
        }),
      ),
    );
    stop.signal.throwIfAborted();
    return results;
  } finally {
    stop.release();
  }
}
