interface Hub {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** One listener per signal, however much work under way follows it: above ten Node.js warns of a leak. */
const hubs = new WeakMap<AbortSignal, Hub>();

/**
 * Calls back when the signal aborts; not when it has aborted already.
 *
 * @returns what ends it; the last one to end takes the listener off the signal
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => undefined;
  const hub = hubs.get(signal) ?? openHub(signal);
  // A function of its own, so that the same callback may be given twice.
  const entry = () => callback();
  hub.callbacks.add(entry);
  return () => {
    if (!hub.callbacks.delete(entry) || hub.callbacks.size > 0) return;
    signal.removeEventListener("abort", hub.listener);
    if (hubs.get(signal) === hub) hubs.delete(signal);
  };
}

function openHub(signal: AbortSignal): Hub {
  const callbacks = new Set<() => void>();
  const listener = () => {
    hubs.delete(signal);
    for (const callback of [...callbacks]) callback();
  };
  const hub = { callbacks, listener };
  hubs.set(signal, hub);
  signal.addEventListener("abort", listener, { once: true });
  return hub;
}
