import { setMaxListeners } from "node:events";

/**
 * Runs tasks at once. The first failure aborts the others; whatever happens, every task has ended before
 * this returns or throws, so that nothing writes to a folder that is being removed.
 */
export async function allOrNone<Item, Result>(
  items: readonly Item[],
  signal: AbortSignal,
  run: (item: Item, index: number, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  // One listener a task is meant; Node would print a warning from the eleventh on.
  setMaxListeners(0, either);
  const tasks = items.map(async (item, index) => {
    try {
      return await run(item, index, either);
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  const settled = await Promise.allSettled(tasks);
  signal.throwIfAborted();
  if (failure.signal.aborted) throw failure.signal.reason;
  return settled.map((outcome) => (outcome as PromiseFulfilledResult<Result>).value);
}
