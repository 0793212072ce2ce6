import { describe, expect, it } from "vitest";
import { codeCell, type Notebook } from "../notebook-file/format.js";
import { createHeader, type Message } from "../wire/message.js";
import { OutputCollector } from "./outputs.js";

function setUp() {
  const notebook: Notebook = {
    cells: [codeCell("a", "", []), codeCell("b", "", [])],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
  const collector = new OutputCollector(notebook);
  const apply = (at: number, type: string, content: Message["content"]) =>
    collector.apply(notebook.cells[at]!, {
      identities: [],
      header: createHeader(type, "s"),
      parent: {},
      metadata: {},
      content,
    });
  return { notebook, collector, apply };
}

describe("OutputCollector", () => {
  it("joins pieces of one stream and starts anew when the stream changes", () => {
    const { notebook, collector, apply } = setUp();
    for (const [name, text] of [
      ["stdout", "a"],
      ["stdout", "b"],
      ["stderr", "c"],
      ["stdout", "d"],
    ])
      apply(0, "stream", { name, text });
    collector.settle();
    apply(0, "stream", { name: "stdout", text: "e" });
    collector.settle();
    expect(notebook.cells[0]?.outputs.map((output) => "text" in output && output.text)).toEqual([
      "ab",
      "c",
      "de",
    ]);
  });

  it("updates a display where it was shown, whichever cell updates it", () => {
    const { notebook, apply } = setUp();
    apply(0, "display_data", { data: { "text/plain": "1" }, metadata: {}, transient: { display_id: "d" } });
    const change = apply(1, "update_display_data", {
      data: { "text/plain": "2" },
      metadata: {},
      transient: { display_id: "d" },
    });
    expect(change.cells).toEqual([notebook.cells[0]]);
    expect(notebook.cells[0]?.outputs).toMatchObject([{ data: { "text/plain": "2" } }]);
    expect(notebook.cells[1]?.outputs).toEqual([]);
  });

  it("ignores an update of a display that nobody showed", () => {
    const { notebook, apply } = setUp();
    const change = apply(0, "update_display_data", { data: {}, transient: { display_id: "gone" } });
    expect(change).toMatchObject({ cells: [], output: undefined });
    expect(notebook.cells[0]?.outputs).toEqual([]);
  });

  it("clears at once, or when the next output comes if told to wait", () => {
    const { notebook, apply } = setUp();
    const texts = () => notebook.cells[0]?.outputs.map((output) => "text" in output && output.text);
    apply(0, "stream", { name: "stdout", text: "old" });
    apply(0, "clear_output", { wait: true });
    expect(texts()).toEqual(["old"]);
    apply(0, "stream", { name: "stdout", text: "new" });
    expect(texts()).toEqual(["new"]);
    apply(0, "clear_output", { wait: false });
    expect(texts()).toEqual([]);
  });
});
