import { checkMs, MOST_TIMER_MS } from "../checks/times.js";
import { WaitTimeoutError } from "../errors.js";
import { backoffMs } from "../wait/backoff.js";
import { pause } from "../wait/pause.js";
import { createStopController } from "../wait/stop-controller.js";
import { isTransient } from "./call.js";

/** How long and how often to look. */
export interface WaitOptions {
  /** Ends the wait with `signal.reason`; what is waited for goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Limit of the wait, in milliseconds. Each function names its default. */
  readonly timeoutMs?: number | undefined;
  /** Delay between looks at the beginning, in milliseconds. Default 500. */
  readonly firstDelayMs?: number | undefined;
  /** Delay between looks in the end, in milliseconds. Default 10,000. */
  readonly mostDelayMs?: number | undefined;
}

/** A wait's options with its limit, and where delayed looks are told of. */
export interface PollOptions extends WaitOptions {
  readonly timeoutMs: number;
  readonly logger?: { warn(message: string): void } | undefined;
}

/** A look at the limit itself can still find what was waited for. */
const LAST_LOOK_MS = 5_000;

/** One look: `done` ends the wait, otherwise `status` is what a time-out reports. */
export type Look<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly status?: string | undefined };

/**
 * Looks again and again until done. Throttling, 5xx and network faults only delay the next look; any
 * other error ends the wait. A look that is under way at the limit has five seconds more.
 *
 * @param look its requests take the signal it is given
 * @throws WaitTimeoutError, InvalidInputError for a time that is none
 */
export async function poll<T>(
  what: string,
  look: (signal: AbortSignal) => Promise<Look<T>>,
  options: PollOptions,
): Promise<T> {
  const clock = startClock(what, options);
  for (;;) {
    const seen = await clock.tolerate(look);
    if (seen?.done) return seen.value;
    await clock.next(seen?.status);
  }
}

/** The timing of a wait, for loops that also yield events. */
export interface WaitClock {
  readonly startedAt: number;
  /**
   * Runs a look; undefined when it failed in passing (throttled, 5xx, network). Its signal follows the
   * caller's, and ends a look that a silent service would hold beyond the limit.
   */
  tolerate<T>(look: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
  /** Waits for the next look. Call `reset` first when something has just changed. */
  next(status?: string): Promise<void>;
  /** Starts over with short delays. */
  reset(): void;
}

/** Checks the times of a wait, before anything is sent. */
export function checkWait(options: WaitOptions): void {
  for (const field of ["timeoutMs", "firstDelayMs", "mostDelayMs"] as const) checkMs(field, options[field]);
}

export function startClock(what: string, options: PollOptions): WaitClock {
  const { signal, timeoutMs, firstDelayMs = 500, mostDelayMs = 10_000, logger } = options;
  checkWait(options);
  signal?.throwIfAborted();
  const startedAt = Date.now();
  let attempt = 0;
  let lastStatus: string | undefined;
  return {
    startedAt,
    async tolerate(look) {
      const stop = createStopController(signal);
      const left = timeoutMs - (Date.now() - startedAt);
      const timer = setTimeout(
        () => stop.abort(new WaitTimeoutError(what, timeoutMs, lastStatus)),
        Math.min(Math.max(left, LAST_LOOK_MS), MOST_TIMER_MS),
      );
      try {
        return await look(stop.signal);
      } catch (error) {
        if (!isTransient(error)) throw error;
        logger?.warn(`Waiting for ${what}: ${(error as Error).message}; looking again.`);
        return undefined;
      } finally {
        clearTimeout(timer);
        stop.release();
      }
    },
    async next(status) {
      lastStatus = status || lastStatus;
      const left = timeoutMs - (Date.now() - startedAt);
      if (left <= 0) throw new WaitTimeoutError(what, timeoutMs, lastStatus);
      const delay = backoffMs(attempt, firstDelayMs, mostDelayMs);
      attempt += 1;
      await pause(Math.min(delay, left), signal);
    },
    reset() {
      attempt = 0;
    },
  };
}
