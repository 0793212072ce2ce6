import { join, relative } from "node:path";
import { writeWholeFile } from "@sightline/foundation/whole-file";
import { formatHtmlReport } from "@sightline/notebook";
import type { FinishedTask } from "../notebook-run.js";

/** An executed notebook as a page. */
export interface NotebookPage {
  readonly title: string;
  /** Relative to the report, with `/`. */
  readonly href: string;
}

/** Writes every executed notebook as an HTML page beside it. */
export async function writeNotebookPages(
  tasks: readonly FinishedTask[],
  out: string,
): Promise<NotebookPage[]> {
  const pages: NotebookPage[] = [];
  for (const { task, result } of tasks) {
    const path = join(task.folder, `${task.notebook}.html`);
    await writeWholeFile(path, await formatHtmlReport(result));
    pages.push({ title: task.title, href: relative(out, path).split(/[\\/]/).join("/") });
  }
  return pages;
}
