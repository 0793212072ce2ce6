/** Markdown as HTML, GitHub's flavour. */
export async function renderMarkdown(source: string): Promise<string> {
  const { marked } = await import("marked");
  return await marked.parse(source, { gfm: true });
}
