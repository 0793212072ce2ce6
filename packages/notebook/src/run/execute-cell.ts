import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { Cell } from "../notebook-file/format.js";
import type { KernelClient } from "../wire/kernel-client.js";
import type { Message } from "../wire/message.js";
import { formatSeconds } from "./durations.js";
import type { CellError } from "./result.js";

/** What may end a cell from outside. */
export interface CellLimits {
  /** Milliseconds for this cell; infinite when there is no limit. */
  readonly timeoutMs: number;
  /** Time of `performance.now()` when the whole run ends; infinite when there is none. */
  readonly deadlineAt: number;
  /** Length of the whole run's limit, for the message, in milliseconds. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

/** How a cell ended. After `cut` and `died` the kernel must not be used again. */
export type CellEnding =
  | { readonly kind: "ok" }
  | { readonly kind: "error"; readonly error: CellError }
  | { readonly kind: "died"; readonly error: CellError }
  | { readonly kind: "cut"; readonly by: "timeout" | "deadline" | "signal"; readonly error: CellError };

/** How long an interrupted cell has to end by itself, in milliseconds. */
const interruptGraceMs = 1_500;

/** Runs one cell within its limits; `onMessage` gets what it puts out. */
export async function executeCell(
  kernel: KernelClient,
  cell: Cell,
  limits: CellLimits,
  onMessage: (message: Message) => void,
): Promise<CellEnding> {
  const started = new AbortController();
  // A rejection between the cell's end and the kernel's idling is published, but too late for the reply.
  let published: CellError | undefined;
  const running = kernel.execute(cell.source, (message) => {
    if (message.header.msg_type === "error") published = cellError(message.content);
    onMessage(message);
  });
  const cut = waitForCut(limits, started.signal);
  try {
    const first = await Promise.race([running, cut]);
    if (typeof first === "object") {
      const ending = endingOf(first, kernel);
      return ending.kind === "ok" && published !== undefined ? { kind: "error", error: published } : ending;
    }
    kernel.interrupt();
    await Promise.race([running, sleep(interruptGraceMs, undefined, { ref: false })]);
    return { kind: "cut", by: first, error: cutError(first, limits) };
  } finally {
    started.abort();
  }
}

/** An error that has no place in the cell's code. */
export function plainError(ename: string, evalue: string): CellError {
  return { ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

function endingOf(end: Awaited<ReturnType<KernelClient["execute"]>>, kernel: KernelClient): CellEnding {
  if (end.kind === "died") {
    const words = kernel.tail().trim();
    const said = words === "" ? "" : ` Its last words: ${words.slice(-1_000)}`;
    return {
      kind: "died",
      error: plainError("KernelDied", `The kernel ended during this cell (${end.reason}).${said}`),
    };
  }
  return end.content.status === "ok" ? { kind: "ok" } : { kind: "error", error: cellError(end.content) };
}

/** The error of an `execute_reply` or an `error` message. */
function cellError({ status, ename, evalue, traceback }: Readonly<Record<string, unknown>>): CellError {
  const lines = Array.isArray(traceback)
    ? traceback.map((line) => stripVTControlCharacters(String(line)))
    : [];
  return { ename: String(ename ?? status), evalue: String(evalue ?? "no reason given"), traceback: lines };
}

type Cut = "timeout" | "deadline" | "signal";

function waitForCut(limits: CellLimits, ended: AbortSignal): Promise<Cut> {
  return new Promise((resolve) => {
    const left = limits.deadlineAt - performance.now();
    const byDeadline = left < limits.timeoutMs;
    const ms = Math.max(0, Math.min(left, limits.timeoutMs));
    const timer = Number.isFinite(ms)
      ? setTimeout(() => resolve(byDeadline ? "deadline" : "timeout"), ms)
      : undefined;
    const abort = () => resolve("signal");
    if (limits.signal?.aborted) abort();
    limits.signal?.addEventListener("abort", abort, { once: true });
    ended.addEventListener("abort", () => {
      clearTimeout(timer);
      limits.signal?.removeEventListener("abort", abort);
    });
  });
}

function cutError(by: Cut, limits: CellLimits): CellError {
  if (by === "timeout") {
    const limit = formatSeconds(limits.timeoutMs / 1_000);
    return plainError(
      "CellTimeout",
      `The cell ran longer than its limit of ${limit} (--cell-timeout) and was ended.`,
    );
  }
  if (by === "deadline") {
    const limit = formatSeconds(limits.deadlineMs / 1_000);
    return plainError("DeadlineReached", `The run reached its limit of ${limit} (--deadline) in this cell.`);
  }
  return plainError("Interrupted", "The run was stopped in this cell.");
}
