import { hasTag, kernelName, type Notebook } from "./format.js";
import { parametersTag } from "./tags.js";

/** Something in a notebook that should not be committed. */
export interface LintFinding {
  /** Name of the rule. */
  readonly rule:
    | "no-outputs"
    | "in-order"
    | "no-empty-cell"
    | "unique-ids"
    | "kernel"
    | "one-parameters-cell"
    | "title";
  /** Cell, from 1; absent for the notebook as a whole. */
  readonly cell?: number;
  /** What is wrong, with the remedy. */
  readonly message: string;
}

/** Checks that a notebook is fit to be committed: no outputs, in order, runnable by anyone. */
export function lintNotebook(notebook: Notebook): LintFinding[] {
  const findings: LintFinding[] = [];
  const add = (rule: LintFinding["rule"], message: string, cell?: number) =>
    findings.push({ rule, message, ...(cell === undefined ? {} : { cell }) });

  const ids = new Set<string>();
  let lastCount = 0;
  notebook.cells.forEach((cell, index) => {
    const number = index + 1;
    if (ids.has(cell.id)) add("unique-ids", `has the id "${cell.id}" of an earlier cell`, number);
    ids.add(cell.id);
    if (cell.cell_type !== "code") return;
    if (cell.source.trim() === "") add("no-empty-cell", "is empty", number);
    if (cell.outputs.length > 0)
      add("no-outputs", "has outputs; remove them with: sightline-notebook clear", number);
    if (cell.execution_count === null) return;
    if (cell.execution_count <= lastCount) {
      add(
        "in-order",
        `was run as [${cell.execution_count}], after a cell below it; run all cells from the top`,
        number,
      );
    } else if (cell.outputs.length === 0) {
      add("no-outputs", "has an execution count; remove it with: sightline-notebook clear", number);
    }
    lastCount = Math.max(lastCount, cell.execution_count);
  });

  if (kernelName(notebook) === undefined) {
    add("kernel", 'names no kernel; metadata.kernelspec.name should be "sightline"');
  }
  const tagged = notebook.cells.filter((cell) => hasTag(cell, parametersTag)).length;
  if (tagged > 1)
    add("one-parameters-cell", `has ${tagged} cells tagged "${parametersTag}"; only the first is used`);
  if (!/^#\s/m.test(notebook.cells[0]?.source ?? "")) add("title", "does not begin with a heading");
  return findings;
}
