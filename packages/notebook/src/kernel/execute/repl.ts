import { type Runtime, Session } from "node:inspector";
import { promiseHooks } from "node:v8";
import { namedError } from "@sightline/foundation/named-error";

/** How a script ended. */
export type ScriptEnd = { readonly kind: "ok" } | { readonly kind: "thrown"; readonly error: unknown };

/** Thrown in the place of a cell that was interrupted. */
export class CellInterrupt extends namedError("CellInterrupt", Error) {}

const objectGroup = "cell";
/** Key of the function through which a thrown value comes back out of the inspector, which shows only copies. */
const catchKey = "__sightlineThrown__";

/**
 * Runs scripts in V8's REPL mode, which developer tools have: one live scope for all, in which `let` may be declared
 * again, and `await` at the top. It is reached through the inspector's protocol, within the process.
 */
export class Repl {
  readonly #session = new Session();
  #caught: unknown;
  /** Promises of scripts that have not ended. */
  readonly #running = new Set<Promise<unknown>>();

  constructor() {
    this.#session.connect();
    Object.defineProperty(globalThis, catchKey, {
      value: (error: unknown) => {
        this.#caught = error;
      },
    });
  }

  /** Runs a script; `name` is its file in stack traces. Never rejects. */
  run(code: string, name: string): Promise<ScriptEnd> {
    return new Promise((resolve) => {
      const parameters = {
        expression: `${code}\nvoid 0;\n//# sourceURL=${name}`,
        replMode: true,
        awaitPromise: true,
        silent: true,
        objectGroup,
      };
      // The inspector holds a script's promise weakly. When one that waits for what never comes is collected, it answers
      // from within the collection, where no JavaScript may run: from Node 22 on V8 ends the process for that.
      let own: Promise<unknown> | undefined;
      const unhook = promiseHooks.onInit((promise) => {
        if (own !== undefined) return;
        own = promise;
        this.#running.add(promise);
      });
      this.#session.post(
        "Runtime.evaluate",
        parameters,
        (failure, result: Runtime.EvaluateReturnType | undefined) => {
          if (own !== undefined) this.#running.delete(own);
          const thrown = result?.exceptionDetails?.exception;
          // V8 answers with an error of the protocol when it was told to stop.
          if (failure !== null || result === undefined) {
            resolve({ kind: "thrown", error: new CellInterrupt(failure?.message) });
          } else if (thrown !== undefined) resolve({ kind: "thrown", error: this.#valueOf(thrown) });
          else if (result.exceptionDetails !== undefined)
            resolve({ kind: "thrown", error: new CellInterrupt() });
          else resolve({ kind: "ok" });
          this.#session.post("Runtime.releaseObjectGroup", { objectGroup });
        },
      );
      unhook();
    });
  }

  /** The value itself of which the inspector has told. */
  #valueOf(thrown: Runtime.RemoteObject): unknown {
    const { objectId } = thrown;
    if (objectId === undefined) {
      if (thrown.unserializableValue === undefined) return thrown.value;
      const text = thrown.unserializableValue;
      return text.endsWith("n") ? BigInt(text.slice(0, -1)) : Number(text);
    }
    const functionDeclaration = `function (error) { globalThis.${catchKey}(error); }`;
    // Answered at once: the session lives in this thread.
    this.#session.post("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration,
      arguments: [{ objectId }],
    });
    const caught = this.#caught;
    this.#caught = undefined;
    return caught;
  }
}
