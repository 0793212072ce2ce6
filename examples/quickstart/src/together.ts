/**
 * Runs all at once. When one fails the others are ended by the signal that they were given, and their ends awaited, so
 * that nothing of them is left running.
 *
 * @returns what each came to, in the order given
 * @throws what failed first; the signal's reason when aborted
 */
export async function together<Results extends readonly unknown[]>(
  signal: AbortSignal,
  works: { readonly [At in keyof Results]: (signal: AbortSignal) => Promise<Results[At]> },
): Promise<Results> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const ended = await Promise.allSettled(
    works.map(async (work) => {
      try {
        return await work(either);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
  signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return ended.map((each) => (each as PromiseFulfilledResult<unknown>).value) as unknown as Results;
}
