import { escapeHtml } from "@sightline/foundation/escape";

/** Where the page begins. No bucket can have that name: theirs begin with a letter or digit. */
export const PAGE_ROOT = "/_sightline/";

/** A page: what it is called, and what stands in it. */
export interface Page {
  readonly title: string;
  readonly html: string;
}

/** The whole document. What is in `main` is what the script renews. */
export function documentHtml({ title, html }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${PAGE_ROOT}page.css">
<script src="${PAGE_ROOT}page.js" defer></script>
</head>
<body>
<header><a href="${PAGE_ROOT}">Sightline local</a></header>
<main>${html}</main>
</body>
</html>
`;
}

/** A table in a box that scrolls by itself on a narrow screen. `rows` are HTML already. */
export function tableHtml(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  empty: string,
): string {
  if (rows.length === 0) return `<p class="none">${escapeHtml(empty)}</p>`;
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** A link to a page below the root. */
export function linkHtml(path: readonly string[], text: string): string {
  return `<a href="${PAGE_ROOT}${path.map(encodeURIComponent).join("/")}">${escapeHtml(text)}</a>`;
}

/** A status as a coloured word. */
export function badgeHtml(status: string): string {
  const tone = /^(InService|Completed)$/.test(status)
    ? "good"
    : /^(Failed|Stopped)$/.test(status)
      ? "bad"
      : "busy";
  return `<span class="badge ${tone}">${escapeHtml(status)}</span>`;
}

/** The last lines of logs. */
export function logHtml(lines: readonly string[]): string {
  return lines.length === 0
    ? `<p class="none">No line yet.</p>`
    : `<pre>${escapeHtml(lines.join("\n"))}</pre>`;
}

/** Time for people: "12 s", "3 min", "5 h", "2 d". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
