import type { Cell, DataOutput, Notebook, Output } from "../notebook-file/format.js";
import type { Message } from "../wire/message.js";

/** What a message changed. */
export interface OutputChange {
  readonly cells: readonly Cell[];
  /** The output as it came, for a live log; undefined when nothing is to be shown. */
  readonly output: Output | undefined;
  /** Set when a display that was there before was replaced. */
  readonly displayId?: string;
}

/** Applies a kernel's IOPub messages to the cells of a notebook. */
export class OutputCollector {
  readonly #displays = new Map<string, { readonly cell: Cell; readonly output: DataOutput }[]>();
  readonly #clearNext = new Set<Cell>();
  readonly #chunks = new Map<Output, string[]>();
  readonly #notebook: Notebook;

  constructor(notebook: Notebook) {
    this.#notebook = notebook;
  }

  apply(cell: Cell, { header, content }: Message): OutputChange {
    switch (header.msg_type) {
      case "stream":
        return this.#stream(cell, String(content.name), String(content.text));
      case "display_data":
      case "execute_result":
        return this.#data(cell, header.msg_type, content);
      case "update_display_data":
        return this.#update(content);
      case "error":
        return this.#add(cell, {
          output_type: "error",
          ename: String(content.ename),
          evalue: String(content.evalue),
          traceback: content.traceback as string[],
        });
      case "clear_output":
        if (content.wait === true) this.#clearNext.add(cell);
        else cell.outputs = [];
        return { cells: [cell], output: undefined };
      case "execute_input":
        cell.execution_count = Number(content.execution_count);
        return { cells: [cell], output: undefined };
      default:
        return { cells: [], output: undefined };
    }
  }

  /** Joins the texts that came in pieces. Joining at each piece would cost the square of their number. */
  settle(): void {
    for (const cell of this.#notebook.cells) {
      for (const output of cell.outputs) {
        const chunks = this.#chunks.get(output);
        if (chunks !== undefined && output.output_type === "stream") output.text = chunks.join("");
      }
    }
    this.#chunks.clear();
  }

  #stream(cell: Cell, name: string, text: string): OutputChange {
    const piece: Output = { output_type: "stream", name, text };
    const last = this.#clearNext.has(cell) ? undefined : cell.outputs.at(-1);
    if (last?.output_type !== "stream" || last.name !== name) return this.#add(cell, piece);
    const chunks = this.#chunks.get(last) ?? [last.text];
    chunks.push(text);
    this.#chunks.set(last, chunks);
    return { cells: [cell], output: piece };
  }

  #data(cell: Cell, type: "display_data" | "execute_result", content: Message["content"]): OutputChange {
    const output: DataOutput = {
      output_type: type,
      data: content.data as Record<string, unknown>,
      metadata: (content.metadata ?? {}) as Record<string, unknown>,
      ...(type === "execute_result" ? { execution_count: Number(content.execution_count) } : {}),
    };
    const id = displayId(content);
    if (id !== undefined) {
      this.#displays.set(id, [...(this.#displays.get(id) ?? []), { cell, output }]);
    }
    return this.#add(cell, output);
  }

  #update(content: Message["content"]): OutputChange {
    const id = displayId(content);
    const shown = id === undefined ? [] : (this.#displays.get(id) ?? []);
    for (const { output } of shown) {
      output.data = content.data as Record<string, unknown>;
      output.metadata = (content.metadata ?? {}) as Record<string, unknown>;
    }
    return {
      cells: shown.map(({ cell }) => cell),
      output: shown[0]?.output,
      ...(id === undefined ? {} : { displayId: id }),
    };
  }

  #add(cell: Cell, output: Output): OutputChange {
    if (this.#clearNext.delete(cell)) cell.outputs = [];
    cell.outputs.push(output);
    return { cells: [cell], output };
  }
}

function displayId(content: Message["content"]): string | undefined {
  const id = (content.transient as { display_id?: unknown } | undefined)?.display_id;
  return typeof id === "string" ? id : undefined;
}
