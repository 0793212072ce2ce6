import { escapeHtml } from "@sightline/foundation/escape";
import { formatOutputHtml } from "@sightline/notebook";
import type { FinishedTask } from "../notebook-run.js";
import { sectionOf } from "../section.js";

/** The notebooks' cells with this tag are shown in the report. */
const tag = "report";

/** What the tagged cells of an executed notebook show, each under the heading of its section. */
export async function formatTaggedOutputs({ result }: FinishedTask): Promise<string> {
  const titles = new Map(result.cells.map(({ index, title }) => [index, title]));
  const parts: string[] = [];
  let heading = "";
  for (const [index, cell] of result.notebook.cells.entries()) {
    if (cell.cell_type !== "code" || !cell.metadata.tags?.includes(tag)) continue;
    const rich = cell.outputs.filter(
      (output) => "data" in output && typeof output.data["text/html"] === "string",
    );
    if (rich.length === 0) continue;
    const title = sectionOf(titles.get(index) ?? "");
    if (title !== heading) parts.push(`<h3>${escapeHtml(title)}</h3>`);
    heading = title;
    const shown = await Promise.all(rich.map(formatOutputHtml));
    parts.push(`<div class="outputs">${shown.join("\n")}</div>`);
  }
  return parts.join("\n");
}
