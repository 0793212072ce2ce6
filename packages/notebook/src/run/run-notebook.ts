import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { type LongWork, longWork } from "@sightline/foundation/long-work";
import { DeadlineError, KernelError, ParameterError, UsageError } from "../errors.js";
import { findKernel, ownKernelName } from "../kernelspec/find.js";
import type { Notebook } from "../notebook-file/format.js";
import { kernelName, notebookLanguage } from "../notebook-file/format.js";
import { readNotebook } from "../notebook-file/read.js";
import { KernelClient } from "../wire/kernel-client.js";
import type { KernelCommand } from "../wire/kernel-process.js";
import { openDestination } from "./destination.js";
import { formatSeconds } from "./durations.js";
import type { GivenParameter } from "./parameters.js";
import { type Injection, prepareNotebook } from "./prepare.js";
import { gatherProvenance } from "./provenance.js";
import type { CellResult, RunEvent, RunResult } from "./result.js";
import type { RunOptions } from "./run-options.js";
import { RunState } from "./run-state.js";

/** How long to listen for late rejections behind the last cell, in milliseconds. */
const settleMs = 100;
/** A kernel that a late loop keeps busy is not waited for longer. */
const settleLimitMs = 5_000;
const defaultStartTimeoutMs = 60_000;

/**
 * Runs a notebook from its first cell to its last in a fresh kernel, and saves it after every cell.
 *
 * A failing cell ends the run and shows in the result; only what prevents the run rejects. Iterate the returned work for
 * each cell's begin, output and end.
 * @throws NotebookFormatError, ParameterError, KernelError, DeadlineError; the signal's reason when aborted.
 * @example
 * const running = runNotebook("train.ipynb", { output: "out/train.ipynb", parameters: { epochs: 3 } });
 * for await (const event of running) if (event.kind === "cell-end") console.log(event.result.title, event.result.status);
 * const result = await running;
 * console.log(result.status); // ok
 */
export function runNotebook(path: string, options: RunOptions = {}): LongWork<RunEvent, RunResult> {
  return longWork<RunEvent, RunResult>(
    (signal, tell) => executeNotebook(path, { ...options, signal }, (event) => void tell(event)),
    { signal: options.signal },
  );
}

/** `runNotebook` for work that tells of it itself. */
export async function executeNotebook(
  path: string,
  options: RunOptions,
  emit: (event: RunEvent) => void,
): Promise<RunResult> {
  const { signal, deadlineMs = Number.POSITIVE_INFINITY } = options;
  signal?.throwIfAborted();
  const started = performance.now();
  const notebook = await readNotebook(path);
  const command = chooseKernel(notebook, options.kernel);
  const injection = prepareNotebook(notebook, givenParameters(options));
  const cwd = resolve(options.cwd ?? dirname(path));
  await checkFolder(cwd);
  const destination = options.output === undefined ? undefined : await openDestination(options.output);
  // Both take a second or so; neither needs the other.
  const state = new RunState(path, notebook, destination, emit);
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
      starting.catch((error) => {
        const late = error instanceof KernelError && performance.now() - started >= deadlineMs;
        throw late ? deadlineBeforeStart(deadlineMs, error) : error;
      }),
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
    if (usable) await settle(kernel);
    // In order also where a cell was cut short: what it had not finished goes when its process ends by itself.
    await kernel.close();
    const result = await state.finish(elapsed(started), provenance, parameters, options.output);
    signal?.throwIfAborted();
    return result;
  } finally {
    // After a failed start there is no client, and `start` has cleaned up; otherwise killing twice is harmless.
    void starting.then((client) => client.kill()).catch(() => {});
    await destination?.close();
  }
}

/**
 * Gives what the last cell left behind a moment to fail. A kernel on a busy machine runs behind our clock: when it has
 * answered twice, it has done what was due before. Once is not enough: a turn of Node's event loop reads its sockets
 * first and runs the timers that are due after it (libuv 1.45 and later).
 */
async function settle(kernel: KernelClient): Promise<void> {
  await sleep(settleMs);
  const caughtUp = kernel.answers().then(() => kernel.answers());
  await Promise.race([caughtUp, sleep(settleLimitMs, undefined, { ref: false })]);
}

/** Says that there was no time left for a notebook. */
export function deadlineBeforeStart(deadlineMs: number, cause?: unknown): DeadlineError {
  const limit = formatSeconds(deadlineMs / 1_000);
  return new DeadlineError(
    `The run reached its limit of ${limit} (--deadline) before the kernel was ready.`,
    cause === undefined ? undefined : { cause },
  );
}

/** Starting a program in a folder that is not there looks as if the program were missing. */
async function checkFolder(cwd: string): Promise<void> {
  const isFolder = await stat(cwd).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UsageError(`The working folder ${cwd} of the kernel (--cwd) is not there.`);
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
