import { isTransient } from "../aws/call.js";
import { WaitTimeoutError } from "../errors.js";
import type { Logger } from "../session.js";
import { backoffMs } from "./backoff.js";
import { pause } from "./pause.js";

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

/** One look: `done` ends the wait, otherwise `status` is what a time-out reports. */
export type Look<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly status?: string | undefined };

/**
 * Looks again and again until done. Throttling, 5xx and network faults only delay the next look; any
 * other error ends the wait. Never waits longer than `timeoutMs`.
 *
 * @throws WaitTimeoutError
 */
export async function poll<T>(
  what: string,
  look: () => Promise<Look<T>>,
  options: WaitOptions & { readonly timeoutMs: number; readonly logger?: Logger | undefined },
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
  /** Runs a look; undefined when it failed in passing (throttled, 5xx, network). */
  tolerate<T>(look: () => Promise<T>): Promise<T | undefined>;
  /** Waits for the next look. Call `reset` first when something has just changed. */
  next(status?: string): Promise<void>;
  /** Starts over with short delays. */
  reset(): void;
}

export function startClock(
  what: string,
  options: WaitOptions & { readonly timeoutMs: number; readonly logger?: Logger | undefined },
): WaitClock {
  const { signal, timeoutMs, firstDelayMs = 500, mostDelayMs = 10_000, logger } = options;
  signal?.throwIfAborted();
  const startedAt = Date.now();
  let attempt = 0;
  let lastStatus: string | undefined;
  return {
    startedAt,
    async tolerate(look) {
      try {
        return await look();
      } catch (error) {
        if (!isTransient(error)) throw error;
        logger?.warn(`Waiting for ${what}: ${(error as Error).message}; looking again.`);
        return undefined;
      }
    },
    async next(status) {
      lastStatus = status ?? lastStatus;
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
