import { Client, type Dispatcher } from "undici";
import type { PreparedRequest } from "../target/target.js";

/** How a request ended. */
export interface Outcome {
  readonly bytes: number;
  /** What went wrong, in words that are the same for the same fault; undefined when it was answered. */
  readonly error: string | undefined;
}

/** Faults of undici, in words. */
const inWords = (timeoutMs: number): Readonly<Record<string, string>> => ({
  UND_ERR_HEADERS_TIMEOUT: `no answer within ${timeoutMs} ms`,
  UND_ERR_BODY_TIMEOUT: `the answer paused for ${timeoutMs} ms`,
  UND_ERR_CONNECT_TIMEOUT: `no connection within ${timeoutMs} ms`,
  UND_ERR_SOCKET: "the connection was closed before the answer",
});

/** One connection, kept open between requests as a browser's; one request at a time. Handler and user are one object. */
export class Connection implements Dispatcher.DispatchHandler {
  readonly #client: Client;
  readonly #timeoutMs: number;
  #done: (outcome: Outcome) => void = () => {};
  #bytes = 0;
  #error: string | undefined;

  constructor(origin: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: timeoutMs },
    });
  }

  /** Sends a request. @param done called once, never before this returns */
  send({ method, path, headers, body }: PreparedRequest, done: (outcome: Outcome) => void): void {
    this.#done = done;
    this.#bytes = 0;
    this.#error = undefined;
    this.#client.dispatch(
      { method: method as Dispatcher.HttpMethod, path, headers, body: body ?? null },
      this,
    );
  }

  /** Breaks off what is under way; its `done` is told why, or not called where nothing is said. */
  close(why?: string): void {
    const done = this.#done;
    this.#done = () => {};
    void this.#client.destroy();
    if (why !== undefined) done({ bytes: this.#bytes, error: why });
  }

  onRequestStart(): void {}

  onResponseStart(
    _controller: unknown,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 400) return;
    const type = headers["x-amzn-errortype"];
    this.#error = `HTTP ${status}${type === undefined ? "" : ` ${String(type).split(":")[0]}`}`;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
  }

  onResponseEnd(): void {
    this.#end(this.#error);
  }

  onResponseError(_controller: unknown, error: Error): void {
    const code = (error as NodeJS.ErrnoException).code ?? error.name;
    this.#end(inWords(this.#timeoutMs)[code] ?? code);
  }

  /** Called once a request: whoever is told may send the next at once. */
  #end(error: string | undefined): void {
    const done = this.#done;
    this.#done = () => {};
    done({ bytes: this.#bytes, error });
  }
}
