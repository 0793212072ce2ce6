import { ParameterError } from "../errors.js";
import { type Cell, codeCell, hasTag, type Notebook, notebookLanguage } from "../notebook-file/format.js";
import { injectedTag, parametersTag } from "../notebook-file/tags.js";
import {
  declaredParameters,
  type GivenParameter,
  injectedSource,
  type ParameterValue,
} from "./parameters.js";

/** Where given parameters ended up in a notebook. */
export interface Injection {
  readonly cell: Cell;
  /** Name of the parameter that each line of the cell sets. */
  readonly lines: readonly string[];
  /** What each parameter is set to. */
  readonly values: Readonly<Record<string, ParameterValue>>;
}

/**
 * Makes a notebook ready to run: no outputs, no counts, no earlier injected cell, and the given parameters in a
 * new cell behind the one tagged `parameters`.
 * @throws ParameterError when a parameter is unknown or missing, before anything runs.
 */
export function prepareNotebook(
  notebook: Notebook,
  given: ReadonlyMap<string, GivenParameter>,
): Injection | undefined {
  notebook.cells = notebook.cells.filter((cell) => !hasTag(cell, injectedTag));
  for (const cell of notebook.cells) {
    cell.outputs = [];
    cell.execution_count = null;
    const { execution: _, ...metadata } = cell.metadata;
    cell.metadata = metadata;
  }
  makeIdsUnique(notebook);

  const at = notebook.cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, parametersTag));
  if (at < 0) {
    if (given.size === 0) return undefined;
    const name = [...given.keys()][0]!;
    const message = `The notebook takes no parameters: no code cell has the tag "${parametersTag}", so "${name}" cannot be set.`;
    throw new ParameterError(message, name);
  }
  const language = notebookLanguage(notebook) ?? "typescript";
  if (language !== "typescript" && language !== "javascript") {
    if (given.size === 0) return undefined;
    throw new ParameterError(`Parameters are for TypeScript notebooks; this one is in ${language}.`, "");
  }
  const { source, lines, values } = injectedSource(declaredParameters(notebook.cells[at]!.source), given);
  if (lines.length === 0) return undefined;
  const cell = codeCell(freeId(notebook, injectedTag), source, [injectedTag]);
  notebook.cells.splice(at + 1, 0, cell);
  return { cell, lines, values };
}

/** Format 4.5 requires ids of cells to be unique; copies made by hand are often not. */
function makeIdsUnique(notebook: Notebook): void {
  const seen = new Set<string>();
  for (const cell of notebook.cells) {
    if (seen.has(cell.id)) cell.id = freeId(notebook, cell.id);
    seen.add(cell.id);
  }
}

function freeId(notebook: Notebook, wanted: string): string {
  const taken = new Set(notebook.cells.map((cell) => cell.id));
  let id = wanted;
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`;
  return id;
}
