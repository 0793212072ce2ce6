import { escapeHtml } from "@sightline/foundation/escape";
import { formatSize } from "../display/size.js";
import type { Cell, Notebook, Output } from "../notebook-file/format.js";
import { formatSeconds } from "../run/durations.js";
import type { CellResult, RunResult } from "../run/result.js";
import { highlight } from "./highlight.js";
import { renderMarkdown } from "./markdown.js";
import { outputText } from "./output-text.js";
import { reportStyle } from "./style.js";

/** Longest text of one output in the report, in characters; the notebook has all of it. */
const maxText = 200_000;

/**
 * A run as one HTML file that needs nothing else: pictures, styles and scripts are in it. Rich outputs are shown
 * as the cells made them, scripts included, as in Jupyter: open only reports of notebooks that you trust.
 */
export async function formatHtmlReport(result: RunResult): Promise<string> {
  const { notebook } = result;
  const results = new Map(result.cells.map((cell) => [cell.index, cell]));
  const longest = Math.max(...result.cells.map(({ seconds }) => seconds), 0.001);
  const cells: string[] = [];
  for (const [index, cell] of notebook.cells.entries()) {
    if (cell.cell_type === "markdown")
      cells.push(`<section class="text">${await renderMarkdown(cell.source)}</section>`);
    else if (cell.cell_type === "code") cells.push(await formatCodeCell(cell, results.get(index), longest));
  }
  const title = titleOf(notebook, result.path);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${reportStyle}</style></head>
<body><main>
${formatHeader(result)}
${formatFailure(result)}
${cells.join("\n")}
</main></body></html>
`;
}

function formatHeader(result: RunResult): string {
  const { provenance, parameters, seconds, status, cells } = result;
  const ran = cells.filter((cell) => cell.status !== "not-run" && cell.status !== "skipped").length;
  const facts: [string, string][] = [
    ["Notebook", provenance.source.path],
    ["Time", `${formatSeconds(seconds)}, ${ran} of ${cells.length} cells`],
    ["Versions", `${provenance.runner}, Node.js ${provenance.node}, ${provenance.platform}`],
  ];
  if (provenance.commit !== undefined) {
    facts.push(["Commit", provenance.commit.id + (provenance.commit.dirty ? " with changes" : "")]);
  }
  if (provenance.build !== undefined) facts.push(["Build", provenance.build]);
  const set = Object.entries(parameters).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
  if (set.length > 0) facts.push(["Parameters", set.join("\n")]);
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join("");
  return `<header><span class="badge ${status}">${statusWords[status]}</span><dl>${rows}</dl></header>`;
}

const statusWords: Readonly<Record<RunResult["status"], string>> = {
  ok: "passed",
  failed: "failed",
  "timed-out": "timed out",
  interrupted: "interrupted",
};

function formatFailure({ failure }: RunResult): string {
  if (failure === undefined) return "";
  const where = `cell ${failure.number}, ${escapeHtml(failure.title)}`;
  const what = `${escapeHtml(failure.error.ename)}: ${escapeHtml(failure.error.evalue)}`;
  return `<aside class="failure"><a href="#cell-${failure.number}">${where}</a><p>${what}</p></aside>`;
}

async function formatCodeCell(cell: Cell, result: CellResult | undefined, longest: number): Promise<string> {
  const outputs = await Promise.all(cell.outputs.map(formatOutputHtml));
  const shown = outputs.join("\n");
  const count = cell.execution_count === null ? "[ ]" : `[${cell.execution_count}]`;
  const id = result === undefined ? "" : ` id="cell-${result.number}"`;
  const status = result?.status ?? "not-run";
  const width = ((100 * (result?.seconds ?? 0)) / longest).toFixed(1);
  const time = result === undefined || result.seconds === 0 ? status : formatSeconds(result.seconds);
  const lines = cell.source.split("\n").length;
  const open = lines <= 40 || status === "failed" ? " open" : "";
  return `<section class="code ${status}"${id}>
<details${open}><summary><span class="count">${count}</span><span class="time">${time}</span><i style="width:${width}%"></i></summary>
<pre class="source">${highlight(cell.source)}</pre></details>
${shown === "" ? "" : `<div class="outputs">${shown}</div>`}</section>`;
}

/** An output of a cell as HTML, in the richest form that it has; scripts of the cell included. */
export async function formatOutputHtml(output: Output): Promise<string> {
  if (output.output_type === "stream")
    return pre(output.name === "stderr" ? "stderr" : "stdout", output.text);
  if (output.output_type === "error") return pre("error", outputText(output));
  const { data } = output;
  const text = (type: string) => (typeof data[type] === "string" ? (data[type] as string) : undefined);
  const html = text("text/html") ?? text("image/svg+xml");
  if (html !== undefined) return `<div class="rich">${html}</div>`;
  for (const type of ["image/png", "image/jpeg", "image/gif", "image/webp"]) {
    const base64 = text(type);
    if (base64 !== undefined)
      return `<div class="rich"><img alt="" src="data:${type};base64,${base64}"></div>`;
  }
  const markdown = text("text/markdown");
  if (markdown !== undefined) return `<div class="rich">${await renderMarkdown(markdown)}</div>`;
  const script = text("application/javascript");
  if (script !== undefined) return `<script>${script.replaceAll("</script", "<\\/script")}</script>`;
  return pre("stdout", outputText(output));
}

function pre(kind: string, text: string): string {
  const plain = outputText({ output_type: "stream", name: kind, text });
  const left = plain.length - maxText;
  const note = left > 0 ? `\n... ${formatSize(left)} more in the notebook` : "";
  return `<pre class="${kind}">${escapeHtml(plain.slice(0, maxText) + note)}</pre>`;
}

function titleOf(notebook: Notebook, path: string): string {
  const heading = notebook.cells[0]?.source.match(/^#\s+(.+)$/m)?.[1];
  return heading?.replace(/[*_`]/g, "") ?? path;
}
