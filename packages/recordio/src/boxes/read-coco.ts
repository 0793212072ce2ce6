import { ListError } from "../errors.js";
import type { DetectionObject } from "../format/detection-label.js";
import {
  type AnnotatedImage,
  type Annotations,
  finiteNumber,
  groupText,
  labelOf,
  labelsByName,
  sidesOf,
} from "./annotation.js";

type Json = Readonly<Record<string, unknown>>;

/** Fields of an annotation that are kept otherwise, or follow from those: the area is that of the box. */
export const KEPT_FIELDS: ReadonlySet<string> = new Set([
  "id",
  "image_id",
  "category_id",
  "bbox",
  "area",
  "iscrowd",
]);

/** Share by which an area may differ from that of its box: tools round both. */
const AREA_ROUNDING = 0.001;

/**
 * Takes COCO's JSON (cocodataset.org, "Data format") apart. `bbox` is left, top, width, height in pixels. `iscrowd`,
 * where any is 1, and numbers of other names that every annotation has, become extra numbers.
 *
 * @param groupField of an image that names its group
 * @throws ListError that names the image or annotation which is not right
 */
export function readCoco(
  document: Json,
  path: string,
  classes: readonly string[] | undefined,
  groupField: string | undefined,
): Annotations {
  const images = objectsIn(document, "images", path);
  const annotations = objectsIn(document, "annotations", path);
  const categories = [...objectsIn(document, "categories", path)].sort((a, b) => Number(a.id) - Number(b.id));
  const labels = labelsByName([], classes ?? categories.map(({ name }) => String(name)));
  refuseTwice(
    categories.map(({ id }) => Number(id)),
    "categories",
    path,
  );
  const names = new Map(categories.map(({ id, name }) => [Number(id), String(name)]));
  const extra = extraFields(annotations);
  refuseTwice(
    images.map(({ id }) => id),
    "images",
    path,
  );
  const byImage = new Map<unknown, DetectionObject[]>(images.map(({ id }) => [id, []]));
  for (const annotation of annotations) {
    const place = `${path}: annotation ${String(annotation.id)}`;
    const boxes = byImage.get(annotation.image_id);
    if (boxes === undefined)
      throw new ListError(`${place}: there is no image ${String(annotation.image_id)}.`);
    const name = names.get(Number(annotation.category_id));
    if (name === undefined) {
      throw new ListError(`${place}: there is no category ${String(annotation.category_id)}.`);
    }
    boxes.push({
      classId: labelOf(labels, name, place),
      xyxy: cornersOf(annotation.bbox, place),
      extra: extra.map((field) => Number(annotation[field] ?? 0)),
    });
  }
  const idOfClass = new Map([...names].map(([id, name]) => [name, id]));
  return {
    format: "coco",
    unit: "pixels",
    images: images.map((image) => readImage(image, path, byImage.get(image.id)!, groupField)),
    classes: [...labels.keys()],
    categoryIds: [...labels.keys()].map((name) => idOfClass.get(name) ?? -1),
    extra,
    notes: lostFields(annotations, new Set(extra)),
  };
}

/** Names of the numbers that are kept behind each box. */
function extraFields(annotations: readonly Json[]): string[] {
  const names = Object.keys(annotations[0] ?? {}).filter((name) => !KEPT_FIELDS.has(name));
  const numbers = names.filter((name) =>
    annotations.every((annotation) => Number.isFinite(annotation[name])),
  );
  return annotations.some(({ iscrowd }) => iscrowd === 1) ? ["iscrowd", ...numbers] : numbers;
}

function lostFields(annotations: readonly Json[], extra: ReadonlySet<string>): string[] {
  const lost = new Map<string, number>();
  let areas = 0;
  for (const annotation of annotations) {
    for (const [field, value] of Object.entries(annotation)) {
      if (!KEPT_FIELDS.has(field) && !extra.has(field) && !isEmpty(value))
        lost.set(field, (lost.get(field) ?? 0) + 1);
    }
    const [, , width, height] = annotation.bbox as readonly number[];
    const box = width! * height!;
    if (typeof annotation.area === "number" && Math.abs(annotation.area - box) > box * AREA_ROUNDING) areas++;
  }
  return [
    ...[...lost].map(([field, count]) => `${field} of ${count} annotations has no place in a record`),
    ...(areas > 0
      ? [`the area of ${areas} annotations is not that of their box, and has no place in a record`]
      : []),
  ];
}

function readImage(
  image: Json,
  path: string,
  boxes: readonly DetectionObject[],
  groupField: string | undefined,
): AnnotatedImage {
  const place = `${path}: image ${String(image.id)}`;
  if (typeof image.file_name !== "string" || image.file_name === "") {
    throw new ListError(`${place}: it has no file_name.`);
  }
  const group = groupText(groupField === undefined ? (image.group ?? image.video_id) : image[groupField]);
  const id =
    typeof image.id === "number" && Number.isSafeInteger(image.id) && image.id >= 0 ? image.id : undefined;
  return {
    place,
    name: image.file_name,
    ...(id !== undefined && { id }),
    group,
    sides: sidesOf(image.width, image.height),
    boxes,
  };
}

function cornersOf(bbox: unknown, place: string): [number, number, number, number] {
  if (!Array.isArray(bbox) || bbox.length !== 4) {
    throw new ListError(`${place}: bbox must be left, top, width and height, not ${JSON.stringify(bbox)}.`);
  }
  const [left, top, width, height] = bbox.map((value) => finiteNumber(value, "a number of bbox", place));
  return [left!, top!, left! + width!, top! + height!];
}

function objectsIn(document: Json, name: string, path: string): readonly Json[] {
  const list = document[name];
  if (!Array.isArray(list) || list.some((item) => typeof item !== "object" || item === null)) {
    throw new ListError(`${path}: COCO's JSON has a list "${name}" of objects, and this has none.`);
  }
  return list as readonly Json[];
}

/** @throws ListError when two have one id: it is all that annotations name them by */
function refuseTwice(ids: readonly unknown[], what: string, path: string): void {
  const seen = new Set<unknown>();
  for (const id of ids) {
    if (seen.has(id))
      throw new ListError(`${path}: several ${what} have the id ${String(id)}. Give each its own.`);
    seen.add(id);
  }
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}
