/**
 * Rows of a CSV text (RFC 4180: quotes, doubled quotes, line breaks inside quotes), as objects by the names of
 * the first row. A byte order mark is ignored; empty lines are left out.
 */
export function parseCsv(text: string): { readonly columns: readonly string[]; readonly rows: CsvRow[] } {
  const lines = splitRows(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  const columns = (lines[0]?.fields ?? []).map((name) => name.trim());
  const rows = lines.slice(1).map(({ fields, line }) => ({
    line,
    fields: Object.fromEntries(columns.map((name, at) => [name, fields[at] ?? ""])),
  }));
  return { columns, rows };
}

/** One row of a CSV file. */
export interface CsvRow {
  /** Line number, from 1, where the row starts. */
  readonly line: number;
  readonly fields: Readonly<Record<string, string>>;
}

function splitRows(text: string): { fields: string[]; line: number }[] {
  const rows: { fields: string[]; line: number }[] = [];
  const field = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|\n|\r|$)/gy;
  let fields: string[] = [];
  let line = 1;
  let start = 1;
  while (field.lastIndex <= text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) {
      // A stray quote inside an unquoted field: take the line as it stands.
      const end = text.slice(at).search(/[\r\n]|$/) + at;
      fields.push(text.slice(at, end));
      field.lastIndex = end + 1;
    } else {
      fields.push(unquote(match[1]!));
      if (match[2] === ",") continue;
    }
    line += (text.slice(at, field.lastIndex).match(/\r\n|\n|\r/g) ?? []).length;
    if (fields.length > 1 || fields[0]!.trim() !== "") rows.push({ fields, line: start });
    fields = [];
    start = line;
    if (field.lastIndex >= text.length) break;
  }
  return rows;
}

function unquote(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field.trim();
}
