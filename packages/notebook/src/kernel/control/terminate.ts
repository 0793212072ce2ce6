import { Session } from "node:inspector";
import { stopKey } from "./stop-key.js";

/**
 * Ends the script that holds the main thread, wherever it is, and keeps all state; `finally` blocks are skipped.
 * A thread that only waits must not be told: the order would end what it does next.
 */
export function terminateMainThread(): Promise<void> {
  return new Promise((resolve) => {
    const session = new Session();
    session.connectToMainThread();
    // Runs in the middle of the script, see execute/stop.ts.
    session.post("Runtime.evaluate", { expression: `globalThis.${stopKey}()`, silent: true }, () => {
      // A session that is open when the process ends keeps it from ending.
      session.disconnect();
      resolve();
    });
  });
}
