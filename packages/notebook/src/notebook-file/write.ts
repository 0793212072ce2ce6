import { writeWholeFile } from "@sightline/foundation/whole-file";
import { NotebookError } from "../errors.js";
import type { Cell, Notebook, Output } from "./format.js";

/** The text of a notebook's file, laid out as Jupyter does: indent 1, texts as lists of lines. */
export function formatNotebook(
  notebook: Notebook,
  formatCell: (cell: Cell) => string = formatOneCell,
): string {
  const cells = notebook.cells.map(formatCell).join(",\n");
  const tail = {
    metadata: notebook.metadata,
    nbformat: 4,
    nbformat_minor: Math.max(5, notebook.nbformat_minor),
  };
  const rest = JSON.stringify(tail, null, 1).slice(2);
  return `{\n "cells": [${cells === "" ? "" : `\n${cells}\n `}],\n${rest}\n`;
}

/** Writes a file under a temporary name and renames it: readers see the old text or the new, never a half.
 * @throws NotebookError when it cannot be written.
 */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  try {
    // A notebook is saved after every cell; a power cut may cost the last of them.
    await writeWholeFile(path, data, { flush: false });
  } catch (cause) {
    throw new NotebookError(`Cannot write ${path}: ${(cause as Error).message}.`, { cause });
  }
}

/**
 * Saves one notebook again and again. Text of cells that did not change since is kept, or saving after every
 * cell would cost the square of the outputs.
 */
export class NotebookWriter {
  readonly #notebook: Notebook;
  readonly #path: string;
  readonly #texts = new Map<Cell, string>();

  constructor(notebook: Notebook, path: string) {
    this.#notebook = notebook;
    this.#path = path;
  }

  /** Says that a cell has changed. */
  touch(cell: Cell): void {
    this.#texts.delete(cell);
  }

  async save(): Promise<void> {
    const text = formatNotebook(this.#notebook, (cell) => {
      let known = this.#texts.get(cell);
      if (known === undefined) {
        known = formatOneCell(cell);
        this.#texts.set(cell, known);
      }
      return known;
    });
    await writeAtomically(this.#path, text);
  }
}

function formatOneCell(cell: Cell): string {
  const { attachments, cell_type, execution_count, id, metadata, outputs, source } = cell;
  const code = cell_type === "code";
  const json = {
    ...(attachments === undefined ? {} : { attachments }),
    cell_type,
    ...(code ? { execution_count } : {}),
    id,
    metadata,
    ...(code ? { outputs: outputs.map(formatOutput) } : {}),
    source: splitLines(source),
  };
  // Not /^/gm: to a regular expression U+2028 and U+2029 end lines too, and JSON has them inside of strings.
  return `  ${JSON.stringify(json, null, 1).replaceAll("\n", "\n  ")}`;
}

function formatOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === "string" && isText(type) ? splitLines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

const isText = (type: string) =>
  type.startsWith("text/") || type === "image/svg+xml" || type.endsWith("javascript");

/** Lines with their ends. */
const splitLines = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
