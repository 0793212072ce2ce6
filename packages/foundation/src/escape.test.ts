import { expect, it } from "vitest";
import { escapeHtml, escapeXml } from "./escape.js";

it("escapes what would end text or a quoted attribute", () => {
  expect(escapeHtml(`<a href="x" title='y'>&</a>`)).toBe(
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;",
  );
});

it("replaces what XML 1.0 cannot hold, and keeps carriage returns and emoji", () => {
  expect(escapeXml("a\u0000\u001bb\r\n\t\ud83d\ude00\ud83d<")).toBe(
    "a\ufffd\ufffdb&#13;\n\t\ud83d\ude00\ufffd&lt;",
  );
});
