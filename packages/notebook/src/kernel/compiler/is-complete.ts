import { parseCell } from "./cell-file.js";
import type { CellLanguage } from "./compiler-options.js";
import type { Ts } from "./typescript.js";

/** Answer to Jupyter's `is_complete_request`: whether Enter should run a text or open a new line. */
export type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** Unterminated template, comment, and what "expected" at the end of a file means: more text could mend them. */
const openEnded = new Set([1002, 1010, 1126, 1160]);

/** Tells a text that is whole from one that only lacks its end, and from one that no end can mend. */
export function isComplete(ts: Ts, source: string, language: CellLanguage): Completeness {
  const { errors } = parseCell(ts, source, language);
  const first = errors[0];
  if (first === undefined) return { status: "complete" };
  const end = source.trimEnd().length;
  const atEnd = (first.start ?? 0) >= end || openEnded.has(first.code);
  // A string cannot go on in the next line.
  if (!atEnd || first.code === 1002) return { status: "invalid" };
  return { status: "incomplete", indent: indentAfter(source) };
}

/** The last line's indent, and a level more behind an opening bracket. */
function indentAfter(source: string): string {
  const line = source.slice(source.lastIndexOf("\n") + 1);
  const indent = line.match(/^\s*/)![0];
  return /[([{]\s*$/.test(line) ? `${indent}  ` : indent;
}
