import { hasTag, type Notebook } from "./format.js";
import { injectedTag } from "./tags.js";

/** Removes what running leaves in a notebook: outputs, counts, times, provenance, injected parameters. Changes it in place. */
export function clearNotebook(notebook: Notebook): void {
  notebook.cells = notebook.cells.filter((cell) => !hasTag(cell, injectedTag));
  for (const cell of notebook.cells) {
    cell.outputs = [];
    cell.execution_count = null;
    const { execution: _execution, ExecuteTime: _time, collapsed: _collapsed, ...metadata } = cell.metadata;
    cell.metadata = metadata;
  }
  const { sightline: _provenance, widgets: _widgets, ...metadata } = notebook.metadata;
  notebook.metadata = metadata;
}
