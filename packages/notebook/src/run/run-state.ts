import { type Cell, cellTitles, hasTag, type Notebook } from "../notebook-file/format.js";
import { injectedTag } from "../notebook-file/tags.js";
import { NotebookWriter } from "../notebook-file/write.js";
import type { KernelClient } from "../wire/kernel-client.js";
import type { Message } from "../wire/message.js";
import type { Destination } from "./destination.js";
import { type CellEnding, type CellLimits, executeCell } from "./execute-cell.js";
import { OutputCollector } from "./outputs.js";
import type { ParameterValue } from "./parameters.js";
import type { Provenance } from "./provenance.js";
import type { CellError, CellResult, CellStatus, RunEvent, RunResult } from "./result.js";

/** A cell's result, and whether the kernel can go on. */
export interface EndedCell {
  readonly result: CellResult;
  readonly kernelUsable: boolean;
}

/** The notebook of a run as it fills, its results so far, and the file it is saved to. */
export class RunState {
  readonly codeCellList: readonly Cell[];
  readonly emit: (event: RunEvent) => void;
  readonly #path: string;
  readonly #notebook: Notebook;
  readonly #titles: readonly string[];
  readonly #collector: OutputCollector;
  readonly #writer: NotebookWriter | undefined;
  readonly #destination: Destination | undefined;
  readonly #results = new Map<Cell, CellResult>();
  readonly #cellOfRequest = new Map<string, Cell>();

  constructor(
    path: string,
    notebook: Notebook,
    destination: Destination | undefined,
    onEvent: (event: RunEvent) => void,
  ) {
    this.#path = path;
    this.#notebook = notebook;
    this.#destination = destination;
    this.#titles = cellTitles(notebook);
    this.#collector = new OutputCollector(notebook);
    this.#writer =
      destination === undefined ? undefined : new NotebookWriter(notebook, destination.localPath);
    this.codeCellList = notebook.cells.filter(
      ({ cell_type, source }) => cell_type === "code" && source.trim() !== "",
    );
    this.emit = onEvent;
  }

  get codeCells(): number {
    return this.codeCellList.length;
  }

  /** Writes where the run comes from into the notebook. */
  begin(
    provenance: Provenance,
    parameters: Readonly<Record<string, ParameterValue>>,
    kernelInfo: Readonly<Record<string, unknown>>,
    kernel: string,
  ): void {
    const { metadata } = this.#notebook;
    metadata.language_info = kernelInfo.language_info;
    const banner = typeof kernelInfo.banner === "string" ? kernelInfo.banner : kernel;
    const startedAt = new Date().toISOString();
    metadata.sightline = { ...provenance, kernel: banner, parameters, startedAt, status: "running" };
  }

  /** Runs one cell and saves the notebook. */
  async runCell(kernel: KernelClient, cell: Cell, limits: CellLimits): Promise<EndedCell> {
    const number = this.codeCellList.indexOf(cell) + 1;
    const at = { index: this.#notebook.cells.indexOf(cell), number, title: this.#titleOf(cell) };
    if (hasTag(cell, "skip-execution")) {
      const result: CellResult = { ...at, status: "skipped", seconds: 0 };
      return await this.#end(cell, result, true);
    }
    this.emit({ kind: "cell-start", path: this.#path, ...at, codeCells: this.codeCells });
    const started = new Date();
    const before = performance.now();
    const ending = await executeCell(kernel, cell, limits, (message) => {
      this.#cellOfRequest.set(message.parent.msg_id ?? "", cell);
      this.#apply(cell, message);
    });
    cell.metadata.execution = {
      "iopub.execute_input": started.toISOString(),
      "shell.execute_reply": new Date().toISOString(),
    };
    if (ending.kind === "cut" || ending.kind === "died") this.#showError(cell, ending.error);
    const error = ending.kind === "ok" ? undefined : ending.error;
    const result: CellResult = {
      ...at,
      status: statusOf(ending, cell),
      seconds: (performance.now() - before) / 1_000,
      ...(error === undefined ? {} : { error }),
    };
    return await this.#end(cell, result, ending.kind === "ok" || ending.kind === "error");
  }

  /** Takes a message of a cell that had ended; an error among them fails that cell after all. */
  applyLate(message: Message): void {
    const cell = this.#cellOfRequest.get(message.parent.msg_id ?? "");
    if (cell === undefined) return;
    this.#apply(cell, message);
    const result = this.#results.get(cell);
    if (message.header.msg_type !== "error" || result?.status !== "ok" || hasTag(cell, "raises-exception"))
      return;
    const { ename, evalue, traceback } = message.content as unknown as CellError;
    const failed: CellResult = { ...result, status: "failed", error: { ename, evalue, traceback } };
    this.#results.set(cell, failed);
    this.emit({ kind: "cell-end", path: this.#path, result: failed, codeCells: this.codeCells });
  }

  async save(): Promise<void> {
    this.#collector.settle();
    await this.#writer?.save();
  }

  /** Saves a notebook whose run ends with an error of its own. */
  async abandon(): Promise<void> {
    Object.assign(this.#notebook.metadata.sightline as object, { status: "failed" });
    await this.save();
    await this.#destination?.publish();
  }

  /** Saves for the last time and makes the result. */
  async finish(
    seconds: number,
    provenance: Provenance,
    parameters: Readonly<Record<string, ParameterValue>>,
    output: string | undefined,
  ): Promise<RunResult> {
    const cells = this.codeCellList.map((cell) => this.#results.get(cell) ?? this.#notRun(cell));
    const failure = cells.find((cell): cell is CellResult & { error: CellError } => fails.has(cell.status));
    const status = failure === undefined ? "ok" : runStatus(failure.status);
    const finishedAt = new Date().toISOString();
    Object.assign(this.#notebook.metadata.sightline as object, { status, finishedAt, seconds });
    await this.save();
    await this.#destination?.publish();
    return {
      path: this.#path,
      status,
      cells,
      ...(failure === undefined ? {} : { failure }),
      seconds,
      ...(output === undefined ? {} : { output }),
      parameters,
      provenance,
      notebook: this.#notebook,
    };
  }

  async #end(cell: Cell, result: CellResult, kernelUsable: boolean): Promise<EndedCell> {
    this.#results.set(cell, result);
    this.#writer?.touch(cell);
    await this.save();
    this.emit({ kind: "cell-end", path: this.#path, result, codeCells: this.codeCells });
    return { result, kernelUsable };
  }

  #apply(cell: Cell, message: Message): void {
    // The value of the last assignment of a cell that sets parameters.
    if (message.header.msg_type === "execute_result" && hasTag(cell, injectedTag)) return;
    const { cells, output, displayId } = this.#collector.apply(cell, message);
    for (const changed of cells) this.#writer?.touch(changed);
    if (output === undefined) return;
    const index = this.#notebook.cells.indexOf(cell);
    const event = { kind: "output", path: this.#path, index, output } as const;
    this.emit(displayId === undefined ? event : { ...event, displayId });
  }

  /** An error that the kernel could not report; it takes the place of the kernel's word of an interruption. */
  #showError(cell: Cell, { ename, evalue, traceback }: CellError): void {
    cell.outputs = cell.outputs.filter(
      (output) => output.output_type !== "error" || output.ename !== "Interrupted",
    );
    cell.outputs.push({ output_type: "error", ename, evalue, traceback });
  }

  #notRun(cell: Cell): CellResult {
    const index = this.#notebook.cells.indexOf(cell);
    const number = this.codeCellList.indexOf(cell) + 1;
    return { index, number, title: this.#titleOf(cell), status: "not-run", seconds: 0 };
  }

  #titleOf(cell: Cell): string {
    const title = this.#titles[this.#notebook.cells.indexOf(cell)] ?? "";
    return title === "" ? `cell ${this.codeCellList.indexOf(cell) + 1}` : title;
  }
}

const fails = new Set<CellStatus>(["failed", "timed-out", "interrupted"]);

function statusOf(ending: CellEnding, cell: Cell): CellStatus {
  if (ending.kind === "ok") return "ok";
  if (ending.kind === "died") return "failed";
  if (ending.kind === "cut") return ending.by === "signal" ? "interrupted" : "timed-out";
  return hasTag(cell, "raises-exception") ? "expected-failure" : "failed";
}

const runStatus = (status: CellStatus): RunResult["status"] =>
  status === "timed-out" || status === "interrupted" ? status : "failed";
