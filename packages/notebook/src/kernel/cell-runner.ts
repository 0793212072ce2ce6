import { format } from "node:util";
import type { Message } from "../wire/message.js";
import type { CellOutcome } from "./cell-executor.js";
import { type Fault, FaultCollector, faultNotes } from "./faults.js";
import type { Publish } from "./publish.js";
import { StreamBuffer, type StreamName } from "./stream-buffer.js";
import {
  describeDiagnostics,
  describeInterrupt,
  describeThrown,
  type ErrorContent,
  isInterrupt,
} from "./traceback.js";
import type { DisplayMessage } from "./tslab.js";

/** Content of an `execute_reply`. */
export type ExecuteReply =
  | {
      readonly status: "ok";
      readonly execution_count: number;
      readonly user_expressions: object;
      readonly payload: readonly [];
    }
  | ({ readonly status: "error"; readonly execution_count: number } & ErrorContent);

/** What the runner needs of the compiler and executor behind it. */
export interface CellRunnerParts {
  run(source: string, count: number): Promise<CellOutcome>;
  interrupt(): void;
  /** Called before each cell with where its displays go. */
  connectDisplay(write: (message: DisplayMessage, update?: boolean) => void): void;
}

/** Runs `execute_request`s: counts them, publishes what they print, show, return and throw. */
export class CellRunner {
  #count = 0;
  #source = "";
  #parent: Message | undefined;
  readonly #parts: CellRunnerParts;
  readonly #publish: Publish;
  readonly #streams: StreamBuffer;
  readonly #faults: FaultCollector;

  constructor(parts: CellRunnerParts, publish: Publish) {
    this.#parts = parts;
    this.#publish = publish;
    this.#streams = new StreamBuffer((name, text) => publish("stream", { name, text }, this.#parent));
    this.#faults = new FaultCollector((fault) => this.#reportLate(fault));
  }

  /** Takes the process's last-resort error events; after tslab has set its own. */
  listen(): void {
    this.#faults.listen();
    process.on("exit", () => this.flush());
  }

  /** Sends what is still buffered. */
  flush(): void {
    this.#streams.flush();
  }

  interrupt(): void {
    this.#parts.interrupt();
  }

  async run(request: Message): Promise<ExecuteReply> {
    const { code: source = "", silent } = request.content as { code?: string; silent?: boolean };
    this.flush();
    this.#parent = request;
    this.#source = source;
    const count = silent ? this.#count : ++this.#count;
    if (!silent) this.#publish("execute_input", { code: source, execution_count: count }, request);
    this.#captureOutput();

    this.#faults.begin(() => this.#parts.interrupt());
    const outcome = withText(await this.#parts.run(source, count));
    const faults = await this.#faults.end();
    this.flush();

    const error = this.#describe(outcome, faults, count);
    if (error !== undefined) {
      this.#publish("error", { ...error }, request);
      return { status: "error", execution_count: count, ...error };
    }
    const text = outcome.kind === "ok" ? outcome.text : undefined;
    if (text !== undefined && !silent) {
      const data = { "text/plain": text };
      this.#publish("execute_result", { data, metadata: {}, execution_count: count }, request);
    }
    return { status: "ok", execution_count: count, user_expressions: {}, payload: [] };
  }

  #describe(outcome: ShownOutcome, faults: readonly Fault[], count: number): ErrorContent | undefined {
    const [fault, ...others] = faults;
    const interrupted = outcome.kind === "thrown" && isInterrupt(outcome.error);
    if (outcome.kind === "compile-error")
      return describeDiagnostics(outcome.diagnostics, this.#source, count);
    if (outcome.kind === "thrown" && !interrupted) {
      this.#print(faults, count);
      return describeThrown(outcome.error, this.#source, count);
    }
    if (fault !== undefined) {
      this.#print(others, count);
      return describeThrown(fault.error, this.#source, count, faultNotes[fault.kind]);
    }
    return interrupted ? describeInterrupt() : undefined;
  }

  /** Only one error can be the cell's; the others are shown as text. */
  #print(faults: readonly Fault[], count: number): void {
    for (const { error, kind } of faults) {
      const { traceback } = describeThrown(error, this.#source, count, faultNotes[kind]);
      this.#publish("stream", { name: "stderr", text: `${traceback.join("\n")}\n` }, this.#parent);
    }
  }

  /** A fault between cells shows under the last cell; the headless runner fails that cell for it. */
  #reportLate({ error, kind }: Fault): void {
    this.flush();
    const content = describeThrown(error, this.#source, this.#count, faultNotes[kind]);
    this.#publish("error", { ...content }, this.#parent);
  }

  #captureOutput(): void {
    const capture = (name: StreamName) => {
      const decoder = new TextDecoder();
      const text = (chunk: string | Uint8Array, encoding: unknown) => {
        if (typeof chunk !== "string") return decoder.decode(chunk, { stream: true });
        const bytes = byteEncodings.has(encoding as BufferEncoding);
        return bytes
          ? decoder.decode(Buffer.from(chunk, encoding as BufferEncoding), { stream: true })
          : chunk;
      };
      return ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
        this.#streams.write(name, text(chunk, encoding));
        const done = typeof encoding === "function" ? encoding : callback;
        if (typeof done === "function") process.nextTick(done as () => void);
        return true;
      }) as typeof process.stdout.write;
    };
    process.stdout.write = capture("stdout");
    process.stderr.write = capture("stderr");
    this.#parts.connectDisplay((message, update) => this.#display(message, update));
  }

  #display({ data, metadata, transient }: DisplayMessage, update?: boolean): void {
    this.flush();
    const { "text/javascript": script, ...rest } = data;
    // tslab's display.javascript uses a MIME type that browsers ignore.
    const fixed = script === undefined ? rest : { ...rest, "application/javascript": script };
    const type = update ? "update_display_data" : "display_data";
    this.#publish(type, { data: fixed, metadata: metadata ?? {}, transient: transient ?? {} }, this.#parent);
  }
}

/** Encodings in which a string given to `write` stands for bytes. */
const byteEncodings = new Set<BufferEncoding>(["base64", "base64url", "hex"]);

type ShownOutcome = Exclude<CellOutcome, { kind: "ok" }> | { readonly kind: "ok"; readonly text?: string };

/** The text of a cell's last expression. An inspector of its own that throws fails the cell. */
function withText(outcome: CellOutcome): ShownOutcome {
  if (outcome.kind !== "ok") return outcome;
  const { value } = outcome;
  if (value === undefined) return { kind: "ok" };
  try {
    return { kind: "ok", text: format("%s", typeof value === "string" ? value : format(value)) };
  } catch (error) {
    return { kind: "thrown", error };
  }
}
