/** A cell's output, as nbformat 4 has it; texts are whole strings here, lists of lines in the file. */
export type Output =
  | { readonly output_type: "stream"; readonly name: string; text: string }
  | DataOutput
  | ErrorOutput;

/** Something shown or returned. */
export interface DataOutput {
  readonly output_type: "display_data" | "execute_result";
  data: Readonly<Record<string, unknown>>;
  metadata: Readonly<Record<string, unknown>>;
  readonly execution_count?: number | null;
}

/** An error that ended a cell. */
export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** What nbformat and front ends know in a cell's metadata; everything else is kept as it is. */
export interface CellMetadata {
  tags?: readonly string[];
  execution?: Readonly<Record<string, string>>;
  [key: string]: unknown;
}

/** A cell. `outputs` and `execution_count` only matter in code cells. */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: CellMetadata;
  source: string;
  execution_count: number | null;
  outputs: Output[];
  attachments?: unknown;
}

/** A notebook in memory. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  readonly nbformat: 4;
  nbformat_minor: number;
}

/** Whether a cell has a tag. */
export function hasTag(cell: Cell, tag: string): boolean {
  return cell.metadata.tags?.includes(tag) ?? false;
}

/** A code cell made by a program. */
export function codeCell(id: string, source: string, tags: readonly string[]): Cell {
  return { cell_type: "code", id, metadata: { tags }, source, execution_count: null, outputs: [] };
}

/** Name of the kernel that the notebook asks for, if it asks. */
export function kernelName(notebook: Notebook): string | undefined {
  const spec = notebook.metadata.kernelspec as { name?: unknown } | undefined;
  return typeof spec?.name === "string" ? spec.name : undefined;
}

/** Language of the notebook as its metadata says, lower case. */
export function notebookLanguage(notebook: Notebook): string | undefined {
  const info = notebook.metadata.language_info as { name?: unknown } | undefined;
  const spec = notebook.metadata.kernelspec as { language?: unknown } | undefined;
  const language = info?.name ?? spec?.language;
  return typeof language === "string" ? language.toLowerCase() : undefined;
}

/** For each cell: the heading above it, to name it by. Several code cells below one heading are numbered. */
export function cellTitles(notebook: Notebook): string[] {
  let heading = "";
  let below = 0;
  return notebook.cells.map((cell) => {
    if (cell.cell_type === "markdown") {
      const found = [...cell.source.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].at(-1)?.[1];
      if (found !== undefined) {
        heading = found.replace(/[*_`]/g, "");
        below = 0;
      }
      return heading;
    }
    if (cell.cell_type !== "code") return heading;
    below++;
    return below > 1 ? `${heading} (${below})`.trim() : heading;
  });
}
