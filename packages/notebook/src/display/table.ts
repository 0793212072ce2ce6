import { escapeHtml } from "@sightline/foundation/escape";
import { show } from "./host.js";
import { type Alignment, formatTextTable } from "./text-table.js";
import { theme } from "./theme.js";

/** How a table is shown. */
export interface TableOptions {
  /** Text above the table. */
  readonly caption?: string;
  /** Columns to show, in order. Default: all keys, in the order in which rows have them. */
  readonly columns?: readonly string[];
  /** Rows shown at most; the caption says how many there are. Default 50. */
  readonly maxRows?: number;
  /** Digits behind the point in columns whose numbers are not all whole. Default 4. */
  readonly digits?: number;
}

/**
 * Shows rows as a table; numbers are set to the right.
 * @example
 * showTable([{ split: "train", images: 1200 }, { split: "validation", images: 300 }], { caption: "Splits" });
 */
export function showTable(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: TableOptions = {},
): void {
  const { maxRows = 50, digits = 4 } = options;
  const columns = options.columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const shown = rows.slice(0, maxRows);
  const fractions = columns.map((column) =>
    shown.some((row) => typeof row[column] === "number" && !Number.isInteger(row[column])) ? digits : 0,
  );
  const cells = shown.map((row) => columns.map((column, at) => formatValue(row[column], fractions[at]!)));
  const alignments = columns.map(
    (column): Alignment =>
      shown.length > 0 && shown.every((row) => isNumber(row[column])) ? "right" : "left",
  );
  const left = rows.length - shown.length;
  const note = left > 0 ? `first ${shown.length} of ${rows.length} rows` : "";
  const caption = [options.caption ?? "", note].filter((part) => part !== "").join(", ");
  show({
    "text/html": toHtml(columns, cells, alignments, caption),
    "text/plain": [
      ...(caption === "" ? [] : [caption]),
      formatTextTable([columns, ...cells], alignments),
    ].join("\n"),
  });
}

/** A value as a table shows it; numbers with so many digits behind the point. */
function formatValue(value: unknown, digits: number): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString().replace("T", " ").slice(0, 19);
  if (typeof value === "number") return value.toFixed(digits);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const isNumber = (value: unknown) => typeof value === "number" || typeof value === "bigint";

function toHtml(
  columns: readonly string[],
  cells: readonly (readonly string[])[],
  alignments: readonly Alignment[],
  caption: string,
): string {
  const cell = (tag: string, text: string, column: number, style: string) =>
    `<${tag} style="text-align:${alignments[column]};padding:3px 14px 3px 0;${style}">${escapeHtml(text)}</${tag}>`;
  const head = columns.map((name, column) =>
    cell("th", name, column, `border-bottom:1px solid ${theme.line}`),
  );
  const body = cells.map(
    (row) => `<tr>${row.map((text, column) => cell("td", text, column, "")).join("")}</tr>`,
  );
  const title =
    caption === "" ? "" : `<div style="${theme.font};color:${theme.soft}">${escapeHtml(caption)}</div>`;
  const style = `border-collapse:collapse;${theme.font};color:${theme.ink};font-variant-numeric:tabular-nums`;
  return `${title}<table style="${style}"><thead><tr>${head.join("")}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}
