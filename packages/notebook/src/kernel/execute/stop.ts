import { Session } from "node:inspector";
import { stopKey } from "../control/stop-key.js";

/** Node's own counts of asynchronous work, until Node 22 with a way to them; later ones do not need it. */
interface AsyncWrap {
  readonly async_hook_fields?: Uint32Array;
  readonly constants?: { readonly kTotals: number };
  clearAsyncIdStack?(): void;
}

/**
 * Offers the control thread a function that ends the running script, and returns one that must be called when it has.
 * A script that ends so leaves Node's stack of asynchronous contexts as it was, and Node aborts where it finds that
 * (`InternalCallbackScope::Close` in src/api/callback.cc, when hooks are on, as AsyncLocalStorage sets them): the stack is
 * cleared, and hooks count as off until the script has ended.
 * @param answered number of the last message of the control thread that this thread has taken.
 */
export function offerStop(answered: () => number): () => void {
  const session = new Session();
  session.connect();
  const wrap = asyncWrap();
  const { async_hook_fields: fields, constants } = wrap;
  let hooks = 0;
  const stop = (unanswered: number) => {
    if (answered() >= unanswered) return;
    if (fields !== undefined && constants !== undefined) {
      hooks += fields[constants.kTotals]!;
      fields[constants.kTotals] = 0;
    }
    wrap.clearAsyncIdStack?.();
    session.post("Runtime.terminateExecution");
  };
  Object.defineProperty(globalThis, stopKey, { value: stop });
  return () => {
    if (hooks === 0 || fields === undefined || constants === undefined) return;
    // Between the order and the end one more promise may have been entered, which nothing has left.
    wrap.clearAsyncIdStack?.();
    fields[constants.kTotals]! += hooks;
    hooks = 0;
  };
}

function asyncWrap(): AsyncWrap {
  const { noDeprecation } = process;
  try {
    // Node advises against it; it has no other way to these counts.
    process.noDeprecation = true;
    return (process as unknown as { binding(name: string): AsyncWrap }).binding("async_wrap");
  } catch {
    // Node 24 has no such binding, and its AsyncLocalStorage sets no hooks.
    return {};
  } finally {
    process.noDeprecation = noDeprecation as boolean;
  }
}
