import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { ParameterError } from "../errors.js";
import { findKernel, ownKernelName } from "../kernelspec/find.js";
import type { Notebook } from "../notebook-file/format.js";
import { kernelName, notebookLanguage } from "../notebook-file/format.js";
import { readNotebook } from "../notebook-file/read.js";
import { KernelClient } from "../wire/kernel-client.js";
import type { KernelCommand } from "../wire/kernel-process.js";
import { openDestination } from "./destination.js";
import type { GivenParameter } from "./parameters.js";
import { type Injection, prepareNotebook } from "./prepare.js";
import { gatherProvenance } from "./provenance.js";
import type { CellResult, RunResult } from "./result.js";
import type { RunOptions } from "./run-options.js";
import { RunState } from "./run-state.js";

/** How long to listen for late rejections behind the last cell, in milliseconds. */
const settleMs = 100;
const defaultStartTimeoutMs = 60_000;

/**
 * Runs a notebook from its first cell to its last in a fresh kernel, and saves it after every cell.
 *
 * A failing cell ends the run and shows in the result; only what prevents the run rejects.
 * @throws NotebookFormatError, ParameterError, KernelError; the signal's reason when aborted.
 * @example
 * const result = await runNotebook("train.ipynb", { output: "out/train.ipynb", parameters: { epochs: 3 } });
 * if (result.status !== "ok") console.error(result.failure?.error.traceback.join("\n"));
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<RunResult> {
  const { signal, deadlineMs = Number.POSITIVE_INFINITY } = options;
  signal?.throwIfAborted();
  const started = performance.now();
  const notebook = await readNotebook(path);
  const injection = prepareNotebook(notebook, givenParameters(options));
  const command = chooseKernel(notebook, options.kernel);
  const cwd = resolve(options.cwd ?? dirname(path));
  const destination = options.output === undefined ? undefined : await openDestination(options.output);
  // Both take a second or so; neither needs the other.
  const state = new RunState(path, notebook, destination, options.onEvent ?? (() => {}));
  const starting = KernelClient.start(command, {
    cwd,
    env: options.env ?? {},
    startTimeoutMs: Math.min(options.startTimeoutMs ?? defaultStartTimeoutMs, deadlineMs),
    ...(signal === undefined ? {} : { signal }),
    onText: (text) => state.emit({ kind: "kernel-text", path, text }),
    onLateOutput: (message) => state.applyLate(message),
  });
  let kernel: KernelClient | undefined;
  try {
    const [client, provenance] = await Promise.all([
      starting,
      gatherProvenance(path, resolve(dirname(path))),
    ]);
    kernel = client;
    const parameters = injection?.values ?? {};
    state.begin({ ...provenance }, parameters, kernel.info, command.name);
    state.emit({ kind: "kernel-ready", path, seconds: elapsed(started), codeCells: state.codeCells });
    await state.save();

    const limits = {
      timeoutMs: options.cellTimeoutMs ?? Number.POSITIVE_INFINITY,
      deadlineAt: started + deadlineMs,
      deadlineMs,
      signal,
    };
    const usable = await runCells(state, kernel, limits, options.keepGoing === true, injection);
    if (usable) await sleep(settleMs);
    await (usable ? kernel.close() : kernel.kill());
    const result = await state.finish(elapsed(started), provenance, parameters, options.output);
    signal?.throwIfAborted();
    return result;
  } finally {
    // After a failed start there is no client, and `start` has cleaned up; otherwise killing twice is harmless.
    void starting.then((client) => client.kill()).catch(() => {});
    await destination?.close();
  }
}

/** Runs the code cells in order; false when the kernel is not to be used again. */
async function runCells(
  state: RunState,
  kernel: KernelClient,
  limits: Parameters<RunState["runCell"]>[2],
  keepGoing: boolean,
  injection: Injection | undefined,
): Promise<boolean> {
  for (const cell of state.codeCellList) {
    const ended = await state.runCell(kernel, cell, limits);
    if (injection?.cell === cell && ended.result.status === "failed") {
      await state.abandon();
      throw refusedParameter(injection, ended.result);
    }
    if (!ended.kernelUsable) return false;
    if (ended.result.status === "failed" && !keepGoing) return true;
  }
  return true;
}

function chooseKernel(notebook: Notebook, asked: string | undefined): KernelCommand {
  if (asked !== undefined) return findKernel(asked, true);
  const name = kernelName(notebook);
  const language = notebookLanguage(notebook);
  const typescript = language === "typescript" || (language === undefined && name === undefined);
  return findKernel(typescript && name !== "jslab" ? ownKernelName : (name ?? ownKernelName), false);
}

function givenParameters(options: RunOptions): Map<string, GivenParameter> {
  const given = new Map<string, GivenParameter>();
  for (const [name, value] of Object.entries(options.parameters ?? {}))
    given.set(name, { kind: "value", value });
  for (const [name, text] of Object.entries(options.parameterTexts ?? {}))
    given.set(name, { kind: "text", text });
  return given;
}

/** The compiler refused a line of the injected cell: tell which parameter, not which line. */
function refusedParameter({ cell, lines }: Injection, { error }: CellResult): ParameterError {
  const line = Number(error?.evalue.match(/line (\d+)$/)?.[1] ?? 1);
  const name = lines[line - 1] ?? lines[0] ?? "";
  const why = stripVTControlCharacters(error?.evalue ?? "").replace(/, line \d+$/, "");
  const assignment = cell.source.split("\n")[line - 1] ?? "";
  return new ParameterError(
    `Parameter "${name}" does not fit the notebook: ${why} (\`${assignment}\`)`,
    name,
  );
}

const elapsed = (since: number) => (performance.now() - since) / 1_000;
