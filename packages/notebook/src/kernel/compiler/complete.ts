import { isCellName } from "./cell-hub.js";
import type { Compiler } from "./compiler.js";
import type { Ts } from "./typescript.js";

/** Answer to Jupyter's `complete_request`; offsets in UTF-16 units. */
export interface Completions {
  readonly matches: readonly string[];
  readonly start: number;
  readonly end: number;
}

const word = /[\p{ID_Continue}$]/u;

/** What may stand at an offset of a text that has not run: members, variables of all cells, names of modules. */
export function complete(ts: Ts, compiler: Compiler, source: string, offset: number): Completions {
  const path = compiler.open(source);
  let start = offset;
  while (start > 0 && word.test(source[start - 1]!)) start--;
  let end = offset;
  while (end < source.length && word.test(source[end]!)) end++;
  const found = compiler.service.getCompletionsAtPosition(path, offset, {
    includeCompletionsWithInsertText: false,
    includeCompletionsForModuleExports: false,
  });
  const span = found?.optionalReplacementSpan;
  if (span !== undefined && span.start < start) {
    // Inside of a string: paths and literals have other letters than names.
    start = span.start;
    end = span.start + span.length;
  }
  const typed = source.slice(start, offset);
  const entries = (found?.entries ?? []).filter(
    ({ kind, name }) => kind !== ts.ScriptElementKind.warning && !isCellName(name),
  );
  const ranked = entries
    .map((entry) => ({ name: entry.name, rank: rank(entry.name, typed), sort: entry.sortText }))
    .filter((entry) => entry.rank < 3)
    .sort((a, b) => a.rank - b.rank || compare(a.sort, b.sort) || compare(a.name, b.name));
  return { matches: ranked.map(({ name }) => name), start, end };
}

/** 0 begins with what was typed, 1 does so in other case, 2 has it inside, 3 not at all. */
function rank(name: string, typed: string): number {
  if (name.startsWith(typed)) return 0;
  const lower = name.toLowerCase();
  if (lower.startsWith(typed.toLowerCase())) return 1;
  return lower.includes(typed.toLowerCase()) ? 2 : 3;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
