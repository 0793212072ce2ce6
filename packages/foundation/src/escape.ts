const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text for HTML, as content or inside a quoted attribute.
 *
 * @example
 * ```ts
 * escapeHtml(`<b title="5'">`); // "&lt;b title=&quot;5&#39;&quot;&gt;"
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/**
 * Text for XML 1.0, as content or inside a quoted attribute. Characters that XML 1.0 cannot hold at all (most
 * control characters, lone surrogates, U+FFFE and U+FFFF) become U+FFFD; a carriage return is written as a reference,
 * since a parser would read a bare one as a line feed (XML 1.0, 2.2 and 2.11).
 *
 * @example
 * ```ts
 * escapeXml("a\u0000<b>"); // "a\uFFFD&lt;b&gt;"
 * ```
 */
export function escapeXml(text: string): string {
  return text
    .replace(UNWRITABLE, "\uFFFD")
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replaceAll("\r", "&#13;");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot hold.
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Cs}/gu;
