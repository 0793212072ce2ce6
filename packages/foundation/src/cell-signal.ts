const KEY = Symbol.for("sightline.cell-signal");
const host = globalThis as { [KEY]?: () => AbortSignal | undefined };

/** Aborts when the notebook cell is interrupted whose code runs now; undefined where no cell does, or another kernel. */
export function cellSignal(): AbortSignal | undefined {
  return host[KEY]?.();
}

/** For a kernel: tells {@link cellSignal}, of every copy of this module. */
export function offerCellSignal(now: () => AbortSignal | undefined): void {
  Object.defineProperty(globalThis, KEY, { value: now, configurable: true });
}
