import { type Execution, executions } from "./execute/execution.js";
import type { Publish } from "./publish.js";
import { StreamBuffer, type StreamName } from "./stream-buffer.js";

/** Encodings in which a string given to `write` stands for bytes. */
const byteEncodings = new Set<BufferEncoding>(["base64", "base64url", "hex"]);

/** Publishes what is written to stdout and stderr under the cell whose code writes it. */
export class OutputCapture {
  /** The cell that began last. */
  latest: Execution | undefined;
  readonly #buffer: StreamBuffer<Execution | undefined>;

  constructor(publish: Publish) {
    this.#buffer = new StreamBuffer((name, text, owner) => publish("stream", { name, text }, owner?.request));
  }

  /** The cell to which the code belongs that runs now; the latest one for code that no cell started. */
  get owner(): Execution | undefined {
    return executions.getStore() ?? this.latest;
  }

  /** Takes the process's streams from whoever has them, at the start of a cell. */
  begin(execution: Execution): void {
    this.flush();
    this.latest = execution;
    process.stdout.write = this.#writer("stdout");
    process.stderr.write = this.#writer("stderr");
  }

  /** Sends what is still buffered. */
  flush(): void {
    this.#buffer.flush();
  }

  /** Takes back the unfinished line that was printed last, if it has not been sent. */
  takeLineStart(): string {
    return this.#buffer.takeLineStart();
  }

  #writer(name: StreamName): typeof process.stdout.write {
    const decoder = new TextDecoder();
    const textOf = (chunk: string | Uint8Array, encoding: unknown) => {
      if (typeof chunk !== "string") return decoder.decode(chunk, { stream: true });
      const bytes = byteEncodings.has(encoding as BufferEncoding);
      return bytes ? decoder.decode(Buffer.from(chunk, encoding as BufferEncoding), { stream: true }) : chunk;
    };
    return ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
      this.#buffer.write(name, textOf(chunk, encoding), this.owner);
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") process.nextTick(done as () => void);
      return true;
    }) as typeof process.stdout.write;
  }
}
