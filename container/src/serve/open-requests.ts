import type { IncomingMessage, ServerResponse } from "node:http";
import { RequestError } from "./request-error.js";

/** The requests that have come and whose answers have not left yet. */
export class OpenRequests {
  readonly #open = new Map<ServerResponse, AbortController>();
  #closing = false;
  #onEmpty: (() => void) | undefined;

  /** How many there are. */
  get count(): number {
    return this.#open.size;
  }

  /** True once answers end their connections. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Takes a request in until its answer has left. Returns a signal that ends when its caller leaves. */
  enter(request: IncomingMessage, response: ServerResponse): AbortSignal {
    const left = new AbortController();
    this.#open.set(response, left);
    // "close" also comes after a complete answer; aborting then does no harm.
    response.once("close", () => {
      left.abort(new Error("The caller closed the connection."));
      this.#open.delete(response);
      if (this.#open.size === 0) this.#onEmpty?.();
    });
    // A connection that breaks is handled by whoever reads or writes it.
    request.on("error", () => {});
    response.on("error", () => {});
    if (this.#closing) response.setHeader("connection", "close");
    return left.signal;
  }

  /**
   * From now on every answer says `connection: close`, also those to requests that came before: their callers would
   * send the next request into a connection that is about to end.
   */
  closeConnections(): void {
    this.#closing = true;
    for (const response of this.#open.keys())
      if (!response.headersSent) response.setHeader("connection", "close");
  }

  /** Resolves when all answers have left, or after `maxMs`. */
  async empty(maxMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      timer = setTimeout(resolve, maxMs);
    });
    clearTimeout(timer);
    this.#onEmpty = undefined;
  }

  /** Ends what is left; its callers are told to try elsewhere. Returns how many there were. */
  cut(): number {
    const count = this.#open.size;
    for (const left of this.#open.values())
      left.abort(new RequestError(503, "Stopping", "The instance was stopped."));
    return count;
  }
}
