/**
 * Joins what a cell prints into few messages: a server that relays to a browser drops output beyond 1,000
 * messages a second. Text appears at most `delayMs` after it was printed; a cell that blocks the event loop
 * is still seen, since a write that finds the last flush `blockedMs` old flushes itself.
 */
const delayMs = 20;
const blockedMs = 200;
/** Flush at this size, so that one message stays small beside a server's rate limit of 1 MB/s. */
const maxChars = 64 * 1024;

/** Name of a notebook's text stream. */
export type StreamName = "stdout" | "stderr";

/** A buffer in front of `send`; keeps the order between the two streams, and between the cells (`Owner`) that print. */
export class StreamBuffer<Owner> {
  #name: StreamName = "stdout";
  #owner: Owner | undefined;
  #chunks: string[] = [];
  #chars = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushedAt = Number.NEGATIVE_INFINITY;
  readonly #send: (name: StreamName, text: string, owner: Owner) => void;

  constructor(send: (name: StreamName, text: string, owner: Owner) => void) {
    this.#send = send;
  }

  write(name: StreamName, text: string, owner: Owner): void {
    if (text === "") return;
    if (name !== this.#name || owner !== this.#owner) this.flush();
    this.#name = name;
    this.#owner = owner;
    this.#chunks.push(text);
    this.#chars += text.length;
    if (this.#chars >= maxChars || (this.#chars > 0 && performance.now() - this.#flushedAt > blockedMs)) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => this.flush(), delayMs);
    }
  }

  /** Takes back the start of a line that is still here: a question, to be shown where it is answered. */
  takeLineStart(): string {
    if (this.#name !== "stdout" || this.#chars === 0) return "";
    const text = this.#chunks.join("");
    const start = text.slice(text.lastIndexOf("\n") + 1);
    this.#chunks = [text.slice(0, text.length - start.length)];
    this.#chars = this.#chunks[0]!.length;
    return start;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#chars === 0) return;
    const text = this.#chunks.join("");
    this.#chunks = [];
    this.#chars = 0;
    this.#flushedAt = performance.now();
    this.#send(this.#name, text, this.#owner as Owner);
  }
}
