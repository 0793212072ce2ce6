import { readFile } from "node:fs/promises";
import { NotebookFormatError } from "../errors.js";
import type { Cell, CellMetadata, Notebook, Output } from "./format.js";

/** Reads a notebook of format 4.
 * @throws NotebookFormatError when the file is missing, not JSON, not a notebook or of another format version.
 */
export async function readNotebook(path: string): Promise<Notebook> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : (cause as Error).message;
    throw new NotebookFormatError(`Cannot read the notebook ${path}: ${why}.`, path, { cause });
  }
  return parseNotebook(text, path);
}

/** A notebook from the text of its file; `path` is for messages. */
export function parseNotebook(text: string, path: string): Notebook {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, "")); // Editors on Windows begin files with this mark.
  } catch (cause) {
    const why = text.trim() === "" ? "the file is empty" : (cause as Error).message;
    throw new NotebookFormatError(`${path} is not a notebook: it is not JSON (${why}).`, path, { cause });
  }
  const file = json as {
    cells?: unknown;
    nbformat?: unknown;
    nbformat_minor?: unknown;
    metadata?: unknown;
  } | null;
  if (file === null || typeof file !== "object" || file.nbformat === undefined) {
    throw new NotebookFormatError(`${path} is not a notebook: it is JSON without "nbformat".`, path);
  }
  if (file.nbformat !== 4) {
    const remedy = "Convert it with: jupyter nbconvert --to notebook --nbformat 4";
    throw new NotebookFormatError(
      `${path} has notebook format ${file.nbformat}; only 4 is read. ${remedy}`,
      path,
    );
  }
  if (!Array.isArray(file.cells)) {
    throw new NotebookFormatError(`${path} is not a notebook: "cells" is not a list.`, path);
  }
  return {
    cells: file.cells.map((cell, index) => parseCell(cell, index, path)),
    metadata: { ...(file.metadata as object | undefined) },
    nbformat: 4,
    nbformat_minor: Number(file.nbformat_minor ?? 0),
  };
}

const kinds = new Set(["code", "markdown", "raw"]);

function parseCell(cell: Record<string, unknown> | null, index: number, path: string): Cell {
  if (cell === null || typeof cell !== "object" || !kinds.has(cell.cell_type as string)) {
    throw new NotebookFormatError(`${path}: cell ${index + 1} has no known cell_type.`, path);
  }
  return {
    cell_type: cell.cell_type as Cell["cell_type"],
    id: typeof cell.id === "string" ? cell.id : `cell-${index + 1}`,
    metadata: parseMetadata(cell.metadata, index, path),
    source: joinText(cell.source),
    execution_count: typeof cell.execution_count === "number" ? cell.execution_count : null,
    outputs: Array.isArray(cell.outputs) ? cell.outputs.filter(isObject).map(parseOutput) : [],
    ...(cell.attachments === undefined ? {} : { attachments: cell.attachments }),
  };
}

function parseMetadata(value: unknown, index: number, path: string): CellMetadata {
  const metadata: Record<string, unknown> = { ...(value as object | undefined) };
  if (metadata.tags !== undefined && !isTextList(metadata.tags)) {
    throw new NotebookFormatError(`${path}: the tags of cell ${index + 1} are not a list of texts.`, path);
  }
  return metadata as CellMetadata;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

function parseOutput(output: Record<string, unknown>): Output {
  if (output.output_type === "stream") {
    return { output_type: "stream", name: String(output.name), text: joinText(output.text) };
  }
  if (output.output_type === "error") return output as unknown as Output;
  const data = Object.entries((output.data as object | undefined) ?? {}).map(([type, value]) => [
    type,
    // A list of strings is a text of several lines, but in JSON it is a list.
    isTextList(value) && !isJson(type) ? value.join("") : value,
  ]);
  return { ...output, data: Object.fromEntries(data) } as unknown as Output;
}

const isJson = (type: string) => /^application\/(.*\+)?json$/.test(type);

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const joinText = (value: unknown) => (isTextList(value) ? value.join("") : String(value ?? ""));
