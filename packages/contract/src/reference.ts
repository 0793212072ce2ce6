import type { Field, Table } from "./field.js";
import { ruleText } from "./rule-text.js";

/**
 * A table as Markdown for a reference page: name, what it must be, default, meaning.
 *
 * @example
 * ```ts
 * referenceTable({ epochs: { type: "integer", min: 1, default: 30, meaning: "Passes over the data" } });
 * // | name | must be | default | meaning |
 * // | --- | --- | --- | --- |
 * // | `epochs` | an integer of at least 1 | 30 | Passes over the data |
 * ```
 */
export function referenceTable(table: Table): string {
  const rows = Object.entries(table).map(([name, field]) =>
    [`\`${name}\``, ruleText(field, field.unit), defaultText(field), field.meaning].join(" | "),
  );
  return ["name | must be | default | meaning", "--- | --- | --- | ---", ...rows]
    .map((row) => `| ${row} |`)
    .join("\n");
}

/** A table as lines for a program's help: name and meaning, then what it must be and its default. */
export function helpLines(table: Table): string {
  const width = Math.max(...Object.keys(table).map((name) => name.length));
  return Object.entries(table)
    .map(([name, field]) => {
      const fallback = defaultText(field);
      const ending =
        fallback === "" ? "" : fallback === "required" ? " (required)" : ` (default ${fallback})`;
      return `  ${name.padEnd(width)}  ${field.meaning}: ${ruleText(field, field.unit)}${ending}`;
    })
    .join("\n");
}

function defaultText({ required, default: fallback }: Field): string {
  if (required) return "required";
  if (fallback === undefined || (Array.isArray(fallback) && fallback.length === 0)) return "";
  return Array.isArray(fallback) ? fallback.join(",") : String(fallback);
}
