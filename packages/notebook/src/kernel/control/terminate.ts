import { Session } from "node:inspector";
import { stopKey } from "./stop-key.js";

/**
 * Ends the script that holds the main thread, wherever it is, and keeps all state; `finally` blocks are skipped.
 * A thread that only waits must not be told, since the order would end what it does next: `unanswered` is the message
 * that it has not taken, and nothing is ended when it has taken it by now.
 */
export function terminateMainThread(unanswered: number): Promise<void> {
  return new Promise((resolve) => {
    const session = new Session();
    session.connectToMainThread();
    // Runs in the middle of the script, see execute/stop.ts.
    session.post(
      "Runtime.evaluate",
      { expression: `globalThis.${stopKey}(${unanswered})`, silent: true },
      () => {
        // A session that is open when the process ends keeps it from ending.
        session.disconnect();
        resolve();
      },
    );
  });
}
