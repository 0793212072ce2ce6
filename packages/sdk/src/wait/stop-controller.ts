import { onAbort } from "./on-abort.js";

/** An abort controller for work done several at a time, that follows the caller's signal until released. */
export interface StopController {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Leaves the caller's signal. */
  release(): void;
}

export function createStopController(outer: AbortSignal | undefined): StopController {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: onAbort(outer, follow),
  };
}
