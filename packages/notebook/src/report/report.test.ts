import { describe, expect, it } from "vitest";
import { NotebookFormatError } from "../errors.js";
import { highlight } from "./highlight.js";
import { formatJUnit } from "./junit.js";
import { outputText } from "./output-text.js";

describe("formatJUnit", () => {
  it("reports a notebook that could not start as an error and one that was not run as skipped", () => {
    const error = new NotebookFormatError('bad & "worse"', "a.ipynb");
    const xml = formatJUnit([
      { kind: "error", job: { path: "a.ipynb" }, error },
      { kind: "not-run", job: { path: "b.ipynb" } },
    ]);
    expect(xml).toContain('<error type="NotebookFormatError" message="bad &amp; &quot;worse&quot;">');
    expect(xml).toContain('name="b.ipynb" tests="1" failures="0" errors="0" skipped="1"');
  });
});

describe("highlight", () => {
  it("marks and escapes, and leaves the text as it was", () => {
    const html = highlight("const a = `<1>`; // <b>");
    expect(html).toContain('<span class="keyword">const</span>');
    expect(html).toContain('<span class="comment">// &lt;b&gt;</span>');
    expect(html.replace(/<[^>]*>/g, "")).toBe("const a = `&lt;1&gt;`; // &lt;b&gt;");
  });
});

describe("outputText", () => {
  it("prefers text and names the type of what has none", () => {
    const data = { "text/html": "<b>1</b>", "text/plain": "\u001b[31m1\u001b[39m" };
    expect(outputText({ output_type: "display_data", data, metadata: {} })).toBe("1");
    expect(outputText({ output_type: "display_data", data: { "image/png": "abcd" }, metadata: {} })).toBe(
      "[image/png, 4 B]",
    );
  });
});
