import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A cell of a test notebook: code, or code with tags, or markdown. */
export type TestCell =
  | string
  | { readonly code: string; readonly tags: readonly string[] }
  | { readonly text: string };

/** The JSON of a notebook with these cells. */
export function notebookJson(cells: readonly TestCell[], metadata: object = typescript): string {
  return JSON.stringify({ cells: cells.map(toCell), metadata, nbformat: 4, nbformat_minor: 5 });
}

/** Writes a notebook into a folder of its own and returns its path. */
export async function writeNotebook(
  cells: readonly TestCell[],
  metadata: object = typescript,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sightline-test-"));
  const path = join(folder, "test.ipynb");
  await writeFile(path, notebookJson(cells, metadata));
  return path;
}

const typescript = {
  kernelspec: { name: "sightline", display_name: "TypeScript (Sightline)", language: "typescript" },
  language_info: { name: "typescript" },
};

function toCell(cell: TestCell, index: number): object {
  const id = `c${index + 1}`;
  if (typeof cell === "object" && "text" in cell) {
    return { cell_type: "markdown", id, metadata: {}, source: cell.text };
  }
  const [source, tags] = typeof cell === "string" ? [cell, []] : [cell.code, cell.tags];
  return { cell_type: "code", id, metadata: { tags }, source, outputs: [], execution_count: null };
}
