import { AsyncLocalStorage } from "node:async_hooks";
import type { Message } from "../../wire/message.js";

/** One run of a cell. */
export interface Execution {
  /** The request that it answers: the parent of all that it puts out. */
  readonly request: Message;
  readonly source: string;
  /** Its number in front ends. */
  readonly count: number;
  /** Aborts when it is interrupted, which ends the long work of our packages that it has begun. */
  readonly interruption: AbortController;
  /** Value of its last expression, once there is one. */
  value: unknown;
}

/** Which cell the code that runs now belongs to, also behind an await, in a timer, and after the cell has ended. */
export const executions = new AsyncLocalStorage<Execution>();

/** Until Node 22 a storage hangs its values, and Node its ids, on every promise and timer, where `console.log` shows them. */
interface Propagating {
  readonly kResourceStore?: symbol;
  enabled?: boolean;
  _propagate?(resource: Record<symbol, unknown>, from: Record<symbol, unknown>): void;
}

const hidden = { enumerable: false } as const;
const storage = executions as unknown as Propagating;
const { kResourceStore: storeKey } = storage;
if (storeKey !== undefined && storage._propagate !== undefined) {
  let idKeys: readonly symbol[] | undefined;
  storage._propagate = (resource, from) => {
    if (storage.enabled !== true) return;
    const value = from[storeKey];
    if (value !== undefined)
      Object.defineProperty(resource, storeKey, { value, writable: true, configurable: true });
    if (!(resource instanceof Promise)) return;
    idKeys ??= Object.getOwnPropertySymbols(resource).filter(({ description }) =>
      description?.endsWith("async_id_symbol"),
    );
    for (const key of idKeys) Object.defineProperty(resource, key, hidden);
  };
}
