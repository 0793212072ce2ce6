import { getEventListeners } from "node:events";
import type { Message } from "../wire/message.js";
import type { CompiledCell } from "./compiler/compiler.js";
import type { CompilerClient } from "./compiler/compiler-client.js";
import type { DisplayMessage } from "./execute/display-message.js";
import { type Execution, executions } from "./execute/execution.js";
import type { LocalCode } from "./execute/local-code.js";
import { CellInterrupt, type Repl } from "./execute/repl.js";
import { richResult } from "./execute/rich-result.js";
import { type Fault, FaultCollector, faultNotes } from "./faults.js";
import type { History } from "./history.js";
import type { OutputCapture } from "./output-capture.js";
import type { Publish } from "./publish.js";
import { cellFilename, type SourceMaps } from "./source-maps.js";
import {
  describeDiagnostics,
  describeInterrupt,
  describeThrown,
  type ErrorContent,
  isInterrupt,
} from "./traceback.js";

/** Content of an `execute_reply`. */
export type ExecuteReply =
  | {
      readonly status: "ok";
      readonly execution_count: number;
      readonly user_expressions: object;
      readonly payload: readonly [];
    }
  | ({ readonly status: "error"; readonly execution_count: number } & ErrorContent);

/** What the runner works with. */
export interface CellRunnerParts {
  readonly compiler: CompilerClient;
  readonly repl: Repl;
  readonly localCode: LocalCode;
  readonly maps: SourceMaps;
  readonly output: OutputCapture;
  readonly history: History;
  readonly publish: Publish;
}

/** How long what an interrupted cell has begun may take to end: files are removed, child processes ended. */
const END_MS = 1_000;

type Outcome =
  | { readonly kind: "ok"; readonly bundle: Readonly<Record<string, unknown>> | undefined }
  | { readonly kind: "thrown"; readonly error: unknown }
  | (CompiledCell & { readonly kind: "refused" });

const begin = (request: Message, source: string, count: number): Execution => ({
  request,
  source,
  count,
  interruption: new AbortController(),
  value: undefined,
});

/** Runs `execute_request`s: counts them, publishes what they print, show, return and throw. */
export class CellRunner {
  #count = 0;
  #interrupt: (() => void) | undefined;
  readonly #parts: CellRunnerParts;
  readonly #faults: FaultCollector<Execution>;

  constructor(parts: CellRunnerParts) {
    this.#parts = parts;
    this.#faults = new FaultCollector<Execution>(
      () => executions.getStore(),
      (fault, owner) => this.#reportLate(fault, owner ?? parts.output.latest),
    );
  }

  /** Takes the process's last-resort error events. */
  listen(): void {
    this.#faults.listen();
    process.on("exit", () => this.#parts.output.flush());
  }

  /**
   * Ends the running cell's wait, and the long work of our packages that it has begun; other code that it left behind an
   * await may still run on.
   */
  interrupt(): void {
    this.#interrupt?.();
  }

  async run(request: Message): Promise<ExecuteReply> {
    const { publish, output, history } = this.#parts;
    const content = request.content as {
      code?: string;
      silent?: boolean;
      store_history?: boolean;
      user_expressions?: Readonly<Record<string, string>>;
    };
    const { code: source = "", silent = false } = content;
    const stored = !silent && content.store_history !== false;
    if (stored) this.#count++;
    const count = this.#count;
    const execution = begin(request, source, count);
    output.begin(execution);
    if (stored) history.add(count, source);
    if (!silent) publish("execute_input", { code: source, execution_count: count }, request);

    this.#faults.begin(execution, () => this.interrupt());
    const outcome = await this.#outcome(execution, true);
    const faults = await this.#faults.end();
    output.flush();

    const error = this.#describe(outcome, faults, execution);
    if (error !== undefined) {
      publish("error", { ...error }, request);
      return { status: "error", execution_count: count, ...error };
    }
    if (outcome.kind === "ok" && outcome.bundle !== undefined && !silent) {
      history.setOutput(count, String(outcome.bundle["text/plain"]));
      publish("execute_result", { data: outcome.bundle, metadata: {}, execution_count: count }, request);
    }
    const user_expressions = await this.#evaluate(content.user_expressions ?? {}, execution);
    return { status: "ok", execution_count: count, user_expressions, payload: [] };
  }

  /** Checks a source, runs it, and makes its value fit to be shown. */
  async #outcome(execution: Execution, keep: boolean): Promise<Outcome> {
    const interrupted = new Promise<Outcome>((resolve) => {
      const { interruption } = execution;
      this.#interrupt = () => {
        const error = new CellInterrupt();
        const ends = getEventListeners(interruption.signal, "abort").length > 0;
        interruption.abort(error);
        const end = () => resolve({ kind: "thrown", error });
        if (ends) setTimeout(end, END_MS);
        else end();
      };
    });
    try {
      const outcome = await Promise.race([this.#compileAndRun(execution, keep), interrupted]);
      // Also where the script was ended while it held the thread, before the interruption came here.
      if (outcome.kind === "thrown" && isInterrupt(outcome.error))
        execution.interruption.abort(outcome.error);
      return outcome;
    } finally {
      this.#interrupt = undefined;
    }
  }

  async #compileAndRun(execution: Execution, keep: boolean): Promise<Outcome> {
    const { compiler, repl, localCode, maps } = this.#parts;
    const compiled = await compiler.ask("compile", { source: execution.source, keep });
    if (compiled.kind === "refused") return compiled;
    localCode.update(compiled.modules);
    for (const { path, map } of compiled.modules) maps.add(path, map);
    const file = cellFilename(execution.count);
    maps.add(file, compiled.map);
    return await executions.run(execution, async () => {
      const end = await repl.run(compiled.code, file);
      if (end.kind === "thrown") return end;
      try {
        return { kind: "ok", bundle: await richResult(execution.value) };
      } catch (error) {
        // An inspector of its own that throws fails the cell.
        return { kind: "thrown", error };
      }
    });
  }

  /** The request's `user_expressions`: small expressions that front ends want the values of. */
  async #evaluate(
    expressions: Readonly<Record<string, string>>,
    { request, count }: Execution,
  ): Promise<object> {
    const results: Record<string, object> = {};
    for (const [name, source] of Object.entries(expressions)) {
      const execution = begin(request, source, count);
      const outcome = await this.#outcome(execution, false);
      const error = this.#describe(outcome, [], execution);
      const data = outcome.kind === "ok" ? (outcome.bundle ?? { "text/plain": "undefined" }) : {};
      results[name] =
        error === undefined ? { status: "ok", data, metadata: {} } : { status: "error", ...error };
    }
    return results;
  }

  #describe(outcome: Outcome, faults: readonly Fault[], execution: Execution): ErrorContent | undefined {
    const { source, count } = execution;
    const [fault, ...others] = faults;
    const interrupted = outcome.kind === "thrown" && isInterrupt(outcome.error);
    if (outcome.kind === "refused") return describeDiagnostics(outcome.diagnostics, source, count);
    if (outcome.kind === "thrown" && !interrupted) {
      this.#print(faults, execution);
      return describeThrown(outcome.error, source, count);
    }
    if (fault !== undefined) {
      this.#print(others, execution);
      return describeThrown(fault.error, source, count, faultNotes[fault.kind]);
    }
    return interrupted ? describeInterrupt() : undefined;
  }

  /** Only one error can be the cell's; the others are shown as text. */
  #print(faults: readonly Fault[], { request, source, count }: Execution): void {
    for (const { error, kind } of faults) {
      const { traceback } = describeThrown(error, source, count, faultNotes[kind]);
      this.#parts.publish("stream", { name: "stderr", text: `${traceback.join("\n")}\n` }, request);
    }
  }

  /** A fault of a cell that has ended shows under it; the headless runner fails that cell for it. */
  #reportLate({ error, kind }: Fault, owner: Execution | undefined): void {
    this.#parts.output.flush();
    const content = describeThrown(error, owner?.source ?? "", owner?.count ?? 0, faultNotes[kind]);
    this.#parts.publish("error", { ...content }, owner?.request);
  }

  /** Takes away what the cell has put out so far. */
  clear(): void {
    const { output, publish } = this.#parts;
    output.flush();
    publish("clear_output", { wait: false }, output.owner?.request);
  }

  /** Publishes what a cell shows. */
  display({ data, metadata, transient }: DisplayMessage, update: boolean): void {
    const { output, publish } = this.#parts;
    output.flush();
    const type = update ? "update_display_data" : "display_data";
    const content = { data, metadata: metadata ?? {}, transient: transient ?? {} };
    publish(type, content, output.owner?.request);
  }
}
