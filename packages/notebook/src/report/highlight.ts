import { escapeHtml } from "@sightline/foundation/escape";

const keywords =
  "abstract as async await break case catch class const continue declare default delete do else enum export extends " +
  "finally for from function get if implements import in infer instanceof interface is keyof let new of private " +
  "protected public readonly return satisfies set static super switch this throw try type typeof var void while yield";

const tokens = new RegExp(
  [
    String.raw`(?<comment>//[^\n]*|/\*[\s\S]*?\*/)`,
    String.raw`(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`.concat("`(?:\\\\.|[^`\\\\])*`)"),
    String.raw`(?<number>\b\d[\w.]*)`,
    String.raw`(?<keyword>\b(?:${keywords.replaceAll(" ", "|")}|true|false|null|undefined)\b)`,
  ].join("|"),
  "g",
);

/** TypeScript as HTML with comments, texts, numbers and keywords marked: enough to read, no parser. */
export function highlight(source: string): string {
  let html = "";
  let done = 0;
  for (const match of source.matchAll(tokens)) {
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0];
    html += escapeHtml(source.slice(done, match.index));
    html += `<span class="${kind}">${escapeHtml(match[0])}</span>`;
    done = match.index + match[0].length;
  }
  return html + escapeHtml(source.slice(done));
}
