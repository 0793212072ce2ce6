import { ListError } from "../errors.js";
import { parseCsv } from "../list/csv.js";
import type { TableColumns } from "../list/list-from-table.js";
import { type Annotations, finiteNumber, labelOf, labelsByName, sidesOf } from "./annotation.js";

/** Names of the columns of left, top, right and bottom, in small letters. */
const CORNERS = [
  ["xmin", "ymin", "xmax", "ymax"],
  ["x_min", "y_min", "x_max", "y_max"],
  ["x1", "y1", "x2", "y2"],
  ["x0", "y0", "x1", "y1"],
  ["left", "top", "right", "bottom"],
] as const;

const IMAGE = ["filename", "image", "img", "path", "file", "image_path", "imageid"] as const;
const CLASS = ["class", "classname", "label", "labelname", "name"] as const;
const GROUP = ["group", "subject"] as const;

/** Class and box of one row. */
type Row = { readonly line: number; readonly fields: Readonly<Record<string, string>> };

/**
 * Takes a table of boxes apart, a row for each box, such as `filename,width,height,class,xmin,ymin,xmax,ymax`. Where no
 * corner is above 1 they are shares of the sides. Columns of numbers behind those become extra numbers. A row without
 * corners stands for an image without boxes.
 *
 * @throws ListError that names the column that is missing, or the line that is not right
 */
export function readBoxesCsv(
  text: string,
  path: string,
  classes: readonly string[] | undefined,
  wanted: TableColumns,
): Annotations {
  const { columns, rows } = parseCsv(text);
  const find = (names: readonly string[], given?: string) =>
    given === undefined
      ? columns.find((column) => names.includes(column.toLowerCase()))
      : columns.find((column) => column === given);
  const image = find(IMAGE, wanted.image);
  const className = find(CLASS, wanted.className);
  const group = find(GROUP, wanted.group);
  const corners = CORNERS.map((names) => names.map((name) => find([name]))).find((all) =>
    all.every(Boolean),
  ) as string[] | undefined;
  if (
    image === undefined ||
    className === undefined ||
    corners === undefined ||
    (wanted.group && group === undefined)
  ) {
    throw new ListError(
      `${path}: a table of boxes has columns for the image (${wanted.image ?? IMAGE.join(", ")}), the class (${wanted.className ?? CLASS.join(", ")})${wanted.group ? `, the group (${wanted.group})` : ""} and the corners (${CORNERS[0].join(", ")}); this one has ${columns.join(", ") || "none"}.`,
    );
  }
  const width = find(["width"]);
  const height = find(["height"]);
  const known = new Set([image, className, group, width, height, ...corners]);
  const drawn = rows.filter(({ fields }) => corners.some((corner) => fields[corner] !== ""));
  const others = columns.filter((column) => !known.has(column));
  const extra = others.filter((column) => drawn.every(({ fields }) => isNumber(fields[column])));
  const labels = labelsByName(
    drawn.map(({ fields }) => fields[className] ?? ""),
    classes,
  );
  const boxOf = ({ line, fields }: Row) => {
    const place = `${path}:${line}`;
    const [left, top, right, bottom] = corners.map((corner) => finiteNumber(fields[corner], corner, place));
    return {
      classId: labelOf(labels, fields[className] ?? "", place),
      xyxy: [left!, top!, right!, bottom!] as const,
      extra: extra.map((column) => Number(fields[column])),
    };
  };
  const byImage = new Map<string, Row[]>();
  for (const row of rows) {
    const name = row.fields[image] ?? "";
    if (name === "") throw new ListError(`${path}:${row.line}: the column "${image}" is empty.`);
    const earlier = byImage.get(name);
    if (earlier === undefined) byImage.set(name, [row]);
    else earlier.push(row);
  }
  const withBox = new Set<Row>(drawn);
  const images = [...byImage].map(([name, [first, ...more]]) => ({
    place: `${path}:${first!.line}`,
    name,
    group: group === undefined ? undefined : first!.fields[group],
    sides: width && height ? sidesOf(first!.fields[width], first!.fields[height]) : undefined,
    boxes: [first!, ...more].filter((row) => withBox.has(row)).map(boxOf),
  }));
  const isShares = images.every(({ boxes }) =>
    boxes.every(({ xyxy }) => xyxy.every((corner) => corner <= 1)),
  );
  const lost = others.filter((column) => !extra.includes(column));
  return {
    format: "csv",
    unit: isShares ? "shares" : "pixels",
    // Open Images names images without an ending.
    anyEnding: image.toLowerCase() === "imageid",
    images,
    classes: [...labels.keys()],
    extra,
    notes:
      lost.length === 0
        ? []
        : [`the columns ${lost.join(", ")} are not numbers and have no place in a record`],
  };
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== "" && Number.isFinite(Number(text));
}
