/** A cell's output, as nbformat 4 has it; texts are whole strings here, lists of lines in the file. */
export type Output =
  | {
      /** Kind of output, as nbformat names it. */
      readonly output_type: "stream";
      /** "stdout" or "stderr". */
      readonly name: string;
      /** What was written, whole. */
      text: string;
    }
  | DataOutput
  | ErrorOutput;

/** Something shown or returned. */
export interface DataOutput {
  /** Kind of output, as nbformat names it. */
  readonly output_type: "display_data" | "execute_result";
  /** The thing in all its forms, by MIME type. */
  data: Readonly<Record<string, unknown>>;
  /** Additions by MIME type or tool. */
  metadata: Readonly<Record<string, unknown>>;
  /** Number of the run that made it; null when it has not run. */
  readonly execution_count?: number | null;
}

/** An error that ended a cell. */
export interface ErrorOutput {
  /** Kind of output, as nbformat names it. */
  readonly output_type: "error";
  /** Class of the error. */
  readonly ename: string;
  /** Its message. */
  readonly evalue: string;
  /** Lines, with ANSI colours. */
  readonly traceback: readonly string[];
}

/** What nbformat and front ends know in a cell's metadata; everything else is kept as it is. */
export interface CellMetadata {
  /** Tags: "parameters", "skip-execution", "raises-exception" and others. */
  tags?: readonly string[];
  /** Times of the last run, by the name of the message (ISO 8601). */
  execution?: Readonly<Record<string, string>>;
  [key: string]: unknown;
}

/** A cell. `outputs` and `execution_count` only matter in code cells. */
export interface Cell {
  /** "code", "markdown" or "raw". */
  readonly cell_type: "code" | "markdown" | "raw";
  /** Unique within the notebook. */
  id: string;
  /** Additions by MIME type or tool. */
  metadata: CellMetadata;
  /** The text, whole. */
  source: string;
  /** Number of the run that made it; null when it has not run. */
  execution_count: number | null;
  /** What it put out, in order; empty for text. */
  outputs: Output[];
  /** Pictures of a text cell, by name. */
  attachments?: unknown;
}

/** A notebook in memory. */
export interface Notebook {
  /** The cells in order. */
  cells: Cell[];
  /** Additions by MIME type or tool. */
  metadata: Record<string, unknown>;
  /** Format of the file: 4. */
  readonly nbformat: 4;
  /** Its revision; 5 and later have ids. */
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
