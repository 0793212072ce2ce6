type Callback = () => void;

/** The timers of a TypeScript watch host, as tslab gives them. */
export interface TimerHost {
  setTimeout?(callback: Callback, ms: number): unknown;
  clearTimeout?(timer: unknown): void;
}

/**
 * tslab's compiler host can hold one timer, the one that rebuilds for the next cell, and throws at a second.
 * TypeScript has two: the other looks again for modules that it did not find, and is set whenever a file changes
 * where one was looked for, which `npm install` or another program does at any time. Here both share tslab's one.
 */
export function shareTimer(host: TimerHost): void {
  const setOne = host.setTimeout?.bind(host);
  const clearOne = host.clearTimeout?.bind(host);
  if (setOne === undefined || clearOne === undefined) return;
  const waiting = new Map<object, Callback>();
  let shared: { readonly timer: unknown } | undefined;
  const runAll = () => {
    // A callback may set the other timer; it belongs to the same rebuild.
    for (let next = first(waiting); next !== undefined; next = first(waiting)) {
      waiting.delete(next.timer);
      next.callback();
    }
    shared = undefined;
  };
  host.setTimeout = (callback, ms) => {
    const timer = {};
    waiting.set(timer, callback);
    shared ??= { timer: setOne(runAll, ms) };
    return timer;
  };
  host.clearTimeout = (timer) => {
    waiting.delete(timer as object);
    if (waiting.size > 0 || shared === undefined) return;
    const { timer: last } = shared;
    shared = undefined;
    clearOne(last);
  };
}

function first(waiting: ReadonlyMap<object, Callback>) {
  for (const [timer, callback] of waiting) return { timer, callback };
  return undefined;
}
