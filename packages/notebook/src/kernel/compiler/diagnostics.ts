import type TypeScript from "typescript";
import type { Ts } from "./typescript.js";

/** What the compiler refuses, as plain data. */
export interface Diagnostic {
  /** Line and character, both from 0. */
  readonly start: { readonly line: number; readonly character: number };
  readonly messageText: string;
  /** TypeScript's number; 1000 to 1999 are syntax errors. */
  readonly code: number;
  /** File beside the notebook in which it lies; left out for the cell itself. */
  readonly fileName?: string;
}

/**
 * Newer compilers than tslab's warn of expressions that are always true or never reached. Notebooks have such lines
 * on purpose (`true || expensive()`), and they are no errors of types.
 */
const opinions = new Set([2869, 2870, 2871, 2872, 2873, 2881]);

const assignedToImport = 2632;

/** Turns TypeScript's diagnostics into data, without those about generated text behind a cell's `length`. */
export function readDiagnostics(
  ts: Ts,
  found: readonly TypeScript.Diagnostic[],
  length: number,
  fileName?: string,
): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const { file, start = 0, messageText, code, category } of found) {
    if (category !== ts.DiagnosticCategory.Error || opinions.has(code)) continue;
    if (file === undefined || start > length) continue;
    const { line, character } = ts.getLineAndCharacterOfPosition(file, start);
    const text = inCellWords(ts.flattenDiagnosticMessageText(messageText, "\n"), code);
    const at = { start: { line, character }, messageText: text, code };
    diagnostics.push(fileName === undefined ? at : { ...at, fileName });
  }
  return diagnostics;
}

/** What an earlier cell has fixed is an import only for the compiler. */
function inCellWords(text: string, code: number): string {
  const words = withoutCells(text);
  return code === assignedToImport
    ? words.replace("an import", "a constant, a function, a class or an import")
    : words;
}

/** Types of earlier cells are shown with their names alone. */
export const withoutCells = (text: string): string =>
  text
    .replace(/^(import (\S+)) = \2$/gm, "$1")
    .replace(/(import\("[^"]*__cell_\d+__"\)|\b__cell_\d+__)\./g, "")
    .replace(/typeof import\("[^"]*__cell_\d+__"\)/g, "a cell");
