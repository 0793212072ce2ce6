import { decodeDetectionLabel } from "../format/detection-label.js";
import type { RecordNames } from "../read/names-beside.js";
import { KEPT_FIELDS } from "./read-coco.js";

/** An image with boxes, for {@link cocoDocument}. */
export interface CocoImage {
  readonly id: number;
  /** Path relative to the folder of the images. */
  readonly fileName: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** In MXNet's form. */
  readonly labels: readonly number[];
}

/** Decimals of a pixel: what float32 shares of an image up to 8,000 pixels wide hold for certain. */
const DECIMALS = 3;

/** COCO's JSON of images with boxes, one annotation a line. Numbers behind a box are fields of the annotation by their names. */
export function cocoDocument(images: readonly CocoImage[], names: RecordNames): string {
  const parsed = images.map((image) => ({ ...image, objects: decodeDetectionLabel(image.labels).objects }));
  // Never all up to the highest: a damaged record may have a class in the billions.
  const occurring = parsed.flatMap(({ objects }) => objects.map(({ classId }) => classId));
  const labels = [...new Set([...names.classes.keys(), ...occurring])].sort((a, b) => a - b);
  const ids = categoryIds(labels, names.categoryIds);
  let id = 0;
  const annotations = parsed.flatMap(({ id: image_id, width, height, objects }) =>
    objects.map(({ classId, xyxy: [left, top, right, bottom], extra }) => {
      const [x0, y0, x1, y1] = [
        round(left * width),
        round(top * height),
        round(right * width),
        round(bottom * height),
      ];
      const bbox = [x0, y0, round(x1 - x0), round(y1 - y0)];
      const more = Object.fromEntries(extra.map((value, at) => [fieldName(names.extra[at], at), value]));
      return {
        id: ++id,
        image_id,
        category_id: ids.get(classId),
        bbox,
        area: round(bbox[2]! * bbox[3]!),
        iscrowd: 0,
        ...more,
      };
    }),
  );
  const sections = {
    images: parsed.map(({ id, fileName, width, height }) => ({ id, file_name: fileName, width, height })),
    annotations,
    categories: [...ids].map(([label, id]) => ({ id, name: names.classes[label] ?? String(label) })),
  };
  const lines = Object.entries(sections).map(
    ([name, items]) => `"${name}": [\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`,
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** What a number behind a box is called: never as a field that follows from the box, such as a table's column `area`. */
function fieldName(name: string | undefined, at: number): string {
  const isTaken = name !== "iscrowd" && KEPT_FIELDS.has(name ?? "");
  return name === undefined || isTaken ? `extra_${at}` : name;
}

/** By label: the annotations' own numbers where they had such; others from 1 on, as COCO's are. */
function categoryIds(labels: readonly number[], own: readonly number[]): ReadonlyMap<number, number> {
  const used = new Set(own);
  let next = 0;
  const free = (): number => {
    do next++;
    while (used.has(next));
    return next;
  };
  return new Map(
    labels.map((label) => {
      const id = own[label] ?? -1;
      return [label, id >= 0 ? id : free()];
    }),
  );
}

function round(value: number): number {
  return Number(value.toFixed(DECIMALS));
}
