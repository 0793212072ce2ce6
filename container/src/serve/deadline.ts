/** A signal that ends with another one or after a time, and holds no timer once it is released. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** True once the time was up, and not the other signal first. */
  readonly expired: boolean;
  /** Begins the time anew, for work that shows how it goes on. */
  restart(): void;
  /** Must be called when the work is over. */
  release(): void;
}

/** Starts the time. `AbortSignal.timeout` would keep a timer for its whole length, a minute for each request of 10 ms. */
export function startDeadline(outer: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new DOMException(`not done within ${timeoutMs} ms`, "TimeoutError"));
  }, timeoutMs);
  const follow = (): void => controller.abort(outer.reason);
  outer.addEventListener("abort", follow, { once: true });
  if (outer.aborted) follow();
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    restart() {
      timer.refresh();
    },
    release() {
      clearTimeout(timer);
      outer.removeEventListener("abort", follow);
    },
  };
}
