import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clearNotebook } from "./clear.js";
import { type Cell, cellTitles, codeCell, type Notebook } from "./format.js";
import { lintNotebook } from "./lint.js";
import { parseNotebook } from "./read.js";
import { formatNotebook } from "./write.js";

const markdown = (source: string): Cell => ({ ...codeCell("m", source, []), cell_type: "markdown" });
const notebook = (...cells: Cell[]): Notebook => ({
  cells,
  metadata: { kernelspec: { name: "sightline", language: "typescript" } },
  nbformat: 4,
  nbformat_minor: 5,
});

/** Any text; those that end lines for some readers and not for others more often than by chance. */
const text = fc.oneof(
  fc.string(),
  fc
    .array(fc.constantFrom("a", "\n", "\r", "\u2028", "\u2029", "\ufeff", " "))
    .map((parts) => parts.join("")),
);

describe("notebook files", () => {
  it("come back as they were written, whatever the texts", () => {
    fc.assert(
      fc.property(text, text, text, (source, text, html) => {
        const cell = codeCell("a", source, ["x"]);
        cell.execution_count = 1;
        cell.outputs = [
          { output_type: "stream", name: "stdout", text },
          {
            output_type: "display_data",
            data: { "text/html": html, "application/json": ["kept"] },
            metadata: {},
          },
        ];
        const before = notebook(cell);
        const after = parseNotebook(formatNotebook(before), "a.ipynb");
        expect(after).toEqual(before);
      }),
    );
  });

  it("are laid out as Jupyter does: indent 1, lists of lines, a line end", () => {
    const text = formatNotebook(notebook(codeCell("a", "let a = 1;\na", [])));
    expect(text).toContain('\n   "source": [\n    "let a = 1;\\n",\n    "a"\n   ]\n  }\n ],\n');
    expect(text.endsWith(' "nbformat": 4,\n "nbformat_minor": 5\n}\n')).toBe(true);
    expect(formatNotebook(notebook())).toContain('"cells": [],');
  });
});

describe("parseNotebook", () => {
  const file = (cell: object) =>
    JSON.stringify({ nbformat: 4, metadata: {}, cells: [{ cell_type: "code", source: "1", ...cell }] });

  it("reads a file that begins with a byte order mark", () => {
    expect(parseNotebook(`\ufeff${file({})}`, "a.ipynb").cells[0]?.source).toBe("1");
  });

  it("leaves out outputs that are none", () => {
    expect(parseNotebook(file({ outputs: [null, 5] }), "a.ipynb").cells[0]?.outputs).toEqual([]);
  });

  it.each([5, "parameters", [1]])("refuses %o as tags, and says where", (tags) => {
    const parse = () => parseNotebook(file({ metadata: { tags } }), "a.ipynb");
    expect(parse).toThrow("a.ipynb: the tags of cell 1 are not a list of texts.");
  });
});

describe("cellTitles", () => {
  it("takes the last heading above a cell and numbers cells below the same one", () => {
    const cells = [
      codeCell("a", "", []),
      markdown("# One\n\n## **Two** `x`\ntext"),
      codeCell("b", "", []),
      codeCell("c", "", []),
    ];
    expect(cellTitles(notebook(...cells))).toEqual(["", "Two x", "Two x", "Two x (2)"]);
  });
});

describe("clearNotebook", () => {
  it("removes what running leaves, and twice is as once", () => {
    const cell = codeCell("a", "1", ["parameters"]);
    Object.assign(cell, {
      execution_count: 3,
      outputs: [{ output_type: "stream", name: "stdout", text: "x" }],
    });
    cell.metadata.execution = { "shell.execute_reply": "now" };
    const run = notebook(cell, codeCell("i", "a = 1", ["injected-parameters"]));
    run.metadata.sightline = { status: "ok" };
    clearNotebook(run);
    expect(run).toEqual(notebook(codeCell("a", "1", ["parameters"])));
    const once = formatNotebook(run);
    clearNotebook(run);
    expect(formatNotebook(run)).toBe(once);
  });
});

describe("lintNotebook", () => {
  const rules = (...cells: Cell[]) => lintNotebook(notebook(...cells)).map(({ rule, cell }) => [rule, cell]);
  const ran = (id: string, count: number): Cell => ({ ...codeCell(id, "1", []), execution_count: count });

  it("finds nothing in a notebook that is fit to be committed", () => {
    expect(rules(markdown("# Title"), codeCell("a", "1", []))).toEqual([]);
  });

  it("finds outputs, cells run out of order, empty cells, twin ids and a missing title", () => {
    const shown: Cell = {
      ...codeCell("a", "1", []),
      outputs: [{ output_type: "stream", name: "stdout", text: "x" }],
    };
    expect(rules(markdown("# T"), shown)).toEqual([["no-outputs", 2]]);
    expect(rules(markdown("# T"), ran("a", 2), ran("b", 1))).toEqual([
      ["no-outputs", 2],
      ["in-order", 3],
    ]);
    expect(rules(markdown("# T"), codeCell("a", " ", []))).toEqual([["no-empty-cell", 2]]);
    expect(rules(markdown("# T"), codeCell("a", "1", []), codeCell("a", "1", []))).toEqual([
      ["unique-ids", 3],
    ]);
    expect(rules(codeCell("a", "1", []))).toEqual([["title", undefined]]);
    expect(lintNotebook({ ...notebook(markdown("# T")), metadata: {} })).toMatchObject([{ rule: "kernel" }]);
  });
});
