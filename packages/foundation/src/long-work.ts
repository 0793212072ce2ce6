import { cellSignal } from "./cell-signal.js";

/**
 * Work that takes long: await it for the result, iterate it for what happens meanwhile, or both.
 *
 * - It has begun when the function that made it returns.
 * - `for await` ends when the work has; the result is then there to be awaited. A failure is thrown by whichever of
 *   the two is used, and is no unhandled rejection beside that. One that nobody observes is unhandled, as a promise's.
 * - Leaving the loop cancels the work, waits until it has ended, and lets `await` reject with an AbortError.
 * - Without a loop no event is kept. A slow loop sees the newest progress only, and every other event.
 * - It can be iterated once.
 *
 * An `async` function that returns one awaits it, as it does any promise: the caller gets a plain promise of the
 * result, without events. A function that passes one on must not be `async`.
 */
export interface LongWork<Event, Result> extends Promise<Result> {
  /**
   * The events from now on.
   *
   * @throws {TypeError} at the second call
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Event>;
}

/** Tells a loop, when there is one. Await it where events are many: it waits while a slow loop has too many before it. */
export type Tell<Event> = (event: Event) => Promise<void>;

/** Options of {@link longWork}. */
export interface LongWorkOptions<Event> {
  /** Cancels the work; it then rejects with the signal's own reason. In a notebook an interruption of its cell does too. */
  readonly signal?: AbortSignal | undefined;
  /** Kinds of which a slow loop wants the newest only. Default: none. */
  readonly progress?: readonly (Event extends { readonly kind: infer Kind } ? Kind : never)[];
}

/** Events that wait for a slow loop before `tell` does: bounds memory. */
const MOST_WAITING = 1000;

/**
 * Starts work that takes long.
 *
 * @param work gets a signal that aborts when the caller's does or the loop is left, and `tell` for its events
 * @example
 * ```ts
 * const packing = longWork<Packed, number>(async (signal, tell) => {
 *   for (const image of images) await tell({ kind: "packed", image: await pack(image, signal) });
 *   return images.length;
 * });
 * for await (const event of packing) console.error(event.image);
 * console.log(await packing); // 3
 * ```
 */
export function longWork<Event extends { readonly kind: string }, Result>(
  work: (signal: AbortSignal, tell: Tell<Event>) => Promise<Result>,
  options: LongWorkOptions<Event> = {},
): LongWork<Event, Result> {
  const cancel = new AbortController();
  const { progress = [] } = options;
  const outers = [options.signal, cellSignal()].filter((signal) => signal !== undefined);
  const newestOnly = new Set<string>(progress);
  let waiting: Event[] = [];
  let listening = false;
  let left = false;
  let wakeLoop = () => {};
  const wakeWork: (() => void)[] = [];

  const roomAgain = () => {
    for (const wake of wakeWork.splice(0)) wake();
  };
  const tell = async (event: Event): Promise<void> => {
    if (!listening || left) return;
    if (newestOnly.has(event.kind)) waiting = waiting.filter(({ kind }) => kind !== event.kind);
    waiting.push(event);
    wakeLoop();
    if (waiting.length >= MOST_WAITING) await new Promise<void>((resolve) => wakeWork.push(resolve));
  };
  const leave = () => {
    left = true;
    roomAgain();
    cancel.abort(new DOMException("The loop over the events was left.", "AbortError"));
  };
  const abort = (event: globalThis.Event) => {
    roomAgain();
    cancel.abort((event.target as AbortSignal).reason);
  };

  const run = async (): Promise<Result> => {
    for (const outer of outers) outer.throwIfAborted();
    for (const outer of outers) outer.addEventListener("abort", abort, { once: true });
    try {
      // A loop begins at once, but behind this call: it shall miss nothing.
      await undefined;
      cancel.signal.throwIfAborted();
      const result = await work(cancel.signal, tell);
      if (left) throw cancel.signal.reason;
      return result;
    } catch (error) {
      throw cancel.signal.aborted ? cancel.signal.reason : error;
    } finally {
      for (const outer of outers) outer.removeEventListener("abort", abort);
    }
  };
  let ended = false;
  const result = run();
  const settled = result.then(
    () => {},
    () => {},
  );
  void settled.then(() => {
    ended = true;
    wakeLoop();
  });
  // `settled` handles the rejection; this one is handed out and unhandled until somebody takes it.
  const handed = result.then((value) => value);

  async function* events(): AsyncGenerator<Event, void, undefined> {
    // The loop takes the failure: `handed` needs nobody else.
    handed.catch(() => {});
    for (;;) {
      while (waiting.length > 0) {
        const event = waiting.shift()!;
        if (waiting.length < MOST_WAITING / 2) roomAgain();
        yield event;
      }
      if (ended) break;
      await new Promise<void>((resolve) => {
        wakeLoop = resolve;
      });
    }
    await result;
  }

  return Object.assign(handed, {
    [Symbol.asyncIterator](): AsyncIterableIterator<Event> {
      if (listening)
        throw new TypeError("The events can be iterated once; this is the second loop over them.");
      listening = true;
      const iterator = events();
      return {
        next: () => iterator.next(),
        async return() {
          if (!ended) leave();
          await settled;
          return await iterator.return();
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  });
}
