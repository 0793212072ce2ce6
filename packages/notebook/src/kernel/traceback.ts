import { inspect } from "node:util";
import type { Diagnostic } from "./compiler/diagnostics.js";
import { CellInterrupt } from "./execute/repl.js";
import type { SourceMaps } from "./source-maps.js";

/** Content of a Jupyter `error` message. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  /** Lines, with ANSI colours as front ends expect. */
  readonly traceback: readonly string[];
}

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

/** Frames of Node and of this kernel, which say nothing about a cell. */
const insideFrame = /\((?:node:|.*kernel\.cjs)|at (?:async )?(?:node:|.*kernel\.cjs|Cell\[)/;

/**
 * Makes `error.stack` name cells and their own line numbers, wherever it is printed, and leaves out how the kernel called
 * the cell.
 */
export function translateStacks(maps: SourceMaps): void {
  Error.prepareStackTrace = (error, frames) => {
    const head = headOf(error);
    const last = frames.findLastIndex(
      (frame) => frame.getScriptNameOrSourceURL()?.startsWith("Cell[") === true,
    );
    const own = last < 0 ? frames : frames.slice(0, last + 1);
    const lines = own.map((frame) => `    at ${maps.translate(String(frame))}`);
    return [head, ...lines].join("\n");
  };
}

/** Error content for a value that a cell threw. `note` says how, when it was not thrown in the open. */
export function describeThrown(error: unknown, source: string, count: number, note?: string): ErrorContent {
  const { ename, evalue, full } = readThrown(error);
  const detail = full
    .split("\n")
    .filter((line) => !(line.trimStart().startsWith("at ") && insideFrame.test(line)));
  const at = firstFrame(detail, count);
  return {
    ename,
    evalue,
    traceback: [
      red(`${ename}: ${evalue}`),
      ...(note === undefined ? [] : [note]),
      ...(at === undefined ? [] : excerpt(source, at.line, at.column)),
      "",
      ...detail,
    ],
  };
}

/** Reads a thrown value, which may be anything: getters, proxies and inspectors of its own may throw in turn. */
function readThrown(error: unknown) {
  const read = <T>(how: () => T, otherwise: T): T => {
    try {
      return how();
    } catch {
      return otherwise;
    }
  };
  const unreadable = "a value that throws when it is looked at";
  const isError = read(
    () => error instanceof Error || Object.prototype.toString.call(error) === "[object Error]",
    false,
  );
  const ename = isError ? read(() => String((error as Error).name ?? "Error"), "Error") : "ThrownValue";
  const evalue = read(() => (isError ? String((error as Error).message) : inspect(error)), unreadable);
  const head = `${ename}: ${evalue}`;
  return { ename, evalue, full: isError ? read(() => inspect(error), head) : head };
}

/** Error content for a cell that the compiler refused. */
export function describeDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: string,
  count: number,
): ErrorContent {
  const first = diagnostics[0]!;
  const ename = first.code >= 1000 && first.code < 2000 ? "SyntaxError" : "TypeScriptError";
  const traceback: string[] = [];
  for (const { start, messageText, code, fileName } of diagnostics) {
    const where = fileName === undefined ? `cell [${count}]` : fileName;
    traceback.push(red(`${ename}: ${messageText} (TS${code})`));
    traceback.push(`    at ${where}, line ${start.line + 1}, column ${start.character + 1}`);
    if (fileName === undefined) traceback.push(...excerpt(source, start.line + 1, start.character + 1));
  }
  const evalue = `${first.messageText} (TS${first.code}), line ${first.start.line + 1}`;
  return { ename, evalue, traceback };
}

/** Error content for a cell that was interrupted. */
export function describeInterrupt(): ErrorContent {
  const evalue = "The cell was interrupted.";
  return { ename: "Interrupted", evalue, traceback: [red(`Interrupted: ${evalue}`)] };
}

/** Whether a cell ended since it was interrupted. */
export const isInterrupt = (error: unknown): boolean => error instanceof CellInterrupt;

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error"; // `toString` of a hostile name or message may itself throw.
  }
}

/** The first frame that lies in this very cell. */
function firstFrame(lines: readonly string[], count: number) {
  for (const line of lines) {
    const match = line.match(/cell \[(\d+)\], line (\d+), column (\d+)/);
    if (match !== null && Number(match[1]) === count)
      return { line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

/** The line, marked, between two of its neighbours. */
function excerpt(source: string, line: number, column: number): string[] {
  const lines = source.split("\n");
  if (line < 1 || line > lines.length) return [];
  const width = String(Math.min(line + 2, lines.length)).length;
  const out: string[] = [""];
  for (let at = Math.max(1, line - 2); at <= Math.min(lines.length, line + 2); at++) {
    const mark = at === line ? ">" : " ";
    out.push(`${mark} ${String(at).padStart(width)} | ${lines[at - 1]}`);
    if (at === line) out.push(`  ${" ".repeat(width)} | ${" ".repeat(Math.max(0, column - 1))}^`);
  }
  return out;
}
