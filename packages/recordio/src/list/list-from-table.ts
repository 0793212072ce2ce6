import { readFile } from "node:fs/promises";
import { ListError } from "../errors.js";
import { naming } from "../files/read-problem.js";
import { parseCsv } from "./csv.js";
import { compareCodePoints, type ImageList, type ListEntry } from "./image-list.js";

/** Which columns (CSV) or fields (JSON lines) mean what. */
export interface TableColumns {
  /** The image's file name or path. Default: the first present of `img`, `image`, `path`, `file`, `filename`. */
  readonly image?: string;
  /** The class name. Default: the first present of `classname`, `class`, `label`. */
  readonly className?: string;
  /** The group. Default: the first present of `subject`, `group`. */
  readonly group?: string;
}

/** Options of {@link listFromCsv} and {@link listFromJsonLines}. */
export interface ListFromTableOptions {
  /** Folder that the images lie in. */
  readonly root: string;
  /** Which columns mean what. Default: by their usual names. */
  readonly columns?: TableColumns;
  /**
   * Path of an image from its row. Default: `<class>/<image>` where the table has classes and the image is a
   * bare file name (the layout of State Farm's `driver_imgs_list.csv`), else the image as it stands.
   */
  readonly pathOf?: (row: Readonly<Record<string, string>>) => string;
  /** Class names in label order. Default: the names found, sorted by code point. */
  readonly classes?: readonly string[];
}

/** One row, whatever it came from. */
export interface TableRow {
  /** Where it stands, for errors: `file:line`. */
  readonly place: string;
  /** Values by column. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Lists the images that a CSV file names, such as `subject,classname,img`.
 *
 * @throws ListError when a column is missing or a row has no image or no class
 */
export async function listFromCsv(path: string, options: ListFromTableOptions): Promise<ImageList> {
  const { columns, rows } = parseCsv(await naming(path, async () => await readFile(path, "utf8")));
  if (rows.length === 0)
    throw new ListError(`${path}: no rows under the heading (${columns.join(",") || "empty"}).`);
  return listFromRows(
    rows.map((row) => ({ place: `${path}:${row.line}`, fields: row.fields })),
    options,
  );
}

const BYTE_ORDER_MARK = /^\ufeff/;

/**
 * Lists the images that a JSON lines file names: one object a line.
 *
 * @throws ListError with the line that is not an object, or has no image or no class
 */
export async function listFromJsonLines(path: string, options: ListFromTableOptions): Promise<ImageList> {
  const rows: TableRow[] = [];
  const text = (await naming(path, async () => await readFile(path, "utf8"))).replace(BYTE_ORDER_MARK, "");
  for (const [number, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = `${path}:${number + 1}`;
    rows.push({ place, fields: parseObject(line, place) });
  }
  if (rows.length === 0) throw new ListError(`${path}: no line holds an object.`);
  return listFromRows(rows, options);
}

/**
 * Lists images from rows of any origin.
 *
 * @throws ListError when there is no row, or as {@link listFromCsv}
 */
export function listFromRows(rows: readonly TableRow[], options: ListFromTableOptions): ImageList {
  if (rows.length === 0) throw new ListError("There are no rows to list images from.");
  const names = new Set(rows.flatMap((row) => Object.keys(row.fields)));
  const image = pick(
    names,
    options.columns?.image,
    ["img", "image", "path", "file", "filename"],
    rows[0]!.place,
    true,
  )!;
  const classColumn = pick(
    names,
    options.columns?.className,
    ["classname", "class", "label"],
    rows[0]!.place,
    false,
  );
  const groupColumn = pick(names, options.columns?.group, ["subject", "group"], rows[0]!.place, false);
  const classes = options.classes ?? classNames(rows, classColumn);
  const labels = new Map(classes.map((name, label) => [name, label]));
  const entries = rows.map((row, id): ListEntry => {
    const file = row.fields[image] ?? "";
    if (file === "") throw new ListError(`${row.place}: the column "${image}" is empty.`);
    const className = classColumn === undefined ? undefined : (row.fields[classColumn] ?? "");
    if (className === "") throw new ListError(`${row.place}: the column "${classColumn}" is empty.`);
    const label = className === undefined ? 0 : labels.get(className);
    if (label === undefined) {
      throw new ListError(`${row.place}: the class "${className}" is not among ${classes.join(", ")}.`);
    }
    const group = groupColumn === undefined ? undefined : row.fields[groupColumn];
    return {
      id,
      labels: [label],
      path: options.pathOf?.(row.fields) ?? defaultPath(file, className),
      ...(className !== undefined && { className }),
      ...(group !== undefined && { group }),
    };
  });
  return { root: options.root, entries, classes };
}

function defaultPath(file: string, className: string | undefined): string {
  return className === undefined || /[/\\]/.test(file) ? file : `${className}/${file}`;
}

function classNames(rows: readonly TableRow[], column: string | undefined): string[] {
  if (column === undefined) return [];
  const names = [...new Set(rows.map((row) => row.fields[column] ?? ""))];
  // Labels that are numbers already keep their order by value.
  if (names.every((name) => /^\d+$/.test(name))) return names.sort((a, b) => Number(a) - Number(b));
  return names.sort(compareCodePoints);
}

function pick(
  names: ReadonlySet<string>,
  wanted: string | undefined,
  usual: readonly string[],
  place: string,
  required: boolean,
): string | undefined {
  const found =
    wanted === undefined ? usual.find((name) => names.has(name)) : names.has(wanted) ? wanted : undefined;
  if (found === undefined && (required || wanted !== undefined)) {
    throw new ListError(
      `${place}: there is no column ${(wanted === undefined ? usual : [wanted]).map((name) => `"${name}"`).join(" or ")}; ` +
        `the columns are ${[...names].join(", ")}.`,
    );
  }
  return found;
}

function parseObject(line: string, place: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new ListError(`${place}: not JSON: ${line.slice(0, 80)}`, { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ListError(`${place}: expected an object, found ${line.slice(0, 80)}`);
  }
  // What is no text, number or truth value cannot be a name: it counts as empty.
  const named = Object.entries(value).filter(([, field]) => field !== null && typeof field !== "object");
  return Object.fromEntries(named.map(([name, field]) => [name, String(field)]));
}
