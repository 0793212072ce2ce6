import { ListError } from "../errors.js";
import { type AnnotatedImage, type Annotations, finiteNumber, groupText, sidesOf } from "./annotation.js";

type Json = Readonly<Record<string, unknown>>;

/** A line of a manifest that has boxes. */
interface Labelled {
  readonly place: string;
  readonly line: Json;
  readonly boxes: readonly Json[];
  readonly size: Json | undefined;
  readonly classMap: Json;
}

/**
 * Takes a Ground Truth output manifest apart: JSON lines with `source-ref`, a label attribute of `annotations` and
 * `image_size`, and its `-metadata` of the type `groundtruth/object-detection`. Boxes are left, top, width, height in pixels.
 *
 * @param groupField of a line that names the image's group
 * @throws ListError that names the line which is not right
 */
export function readGroundTruth(
  lines: readonly { readonly place: string; readonly line: Json }[],
  path: string,
  classes: readonly string[] | undefined,
  groupField: string | undefined,
): Annotations {
  const failed = lines.filter(({ line }) => hasFailed(line));
  const labelled = lines
    .filter(({ line }) => !hasFailed(line))
    .map(({ place, line }) => labelledOf(place, line));
  const names = new Map<number, string>();
  for (const { classMap, boxes } of labelled) {
    for (const [id, name] of Object.entries(classMap)) names.set(Number(id), String(name));
    for (const { class_id } of boxes)
      if (!names.has(Number(class_id))) names.set(Number(class_id), String(class_id));
  }
  const ids = [...names.keys()].sort((a, b) => a - b);
  const order = classes ?? ids.map((id) => names.get(id)!);
  const labels = new Map(ids.map((id) => [id, order.indexOf(names.get(id)!)]));
  for (const [id, label] of labels) {
    if (label === -1)
      throw new ListError(`${path}: the class "${names.get(id)}" is not among ${order.join(", ")}.`);
  }
  return {
    format: "ground-truth",
    unit: "pixels",
    images: labelled.map((image) => readImage(image, labels, groupField)),
    classes: order,
    categoryIds: order.map((name) => ids.find((id) => names.get(id) === name) ?? -1),
    extra: [],
    notes:
      failed.length === 0
        ? []
        : [`${failed.length} images of the manifest could not be labelled (failure-reason)`],
  };
}

function hasFailed(line: Json): boolean {
  return Object.entries(line).some(
    ([name, value]) => name.endsWith("-metadata") && (value as Json | null)?.["failure-reason"] !== undefined,
  );
}

function labelledOf(place: string, line: Json): Labelled {
  const found = Object.entries(line).find(
    ([name, value]) =>
      name.endsWith("-metadata") && (value as Json | null)?.type === "groundtruth/object-detection",
  );
  if (found === undefined) {
    throw new ListError(`${place}: no attribute has metadata of the type groundtruth/object-detection.`);
  }
  const attribute = found[0].slice(0, -"-metadata".length);
  const value = line[attribute] as Json | null | undefined;
  const boxes: unknown = value?.annotations;
  if (!Array.isArray(boxes) || boxes.some((box) => typeof box !== "object" || box === null)) {
    throw new ListError(`${place}: "${attribute}" has no list of annotations, each an object.`);
  }
  const [size] = Array.isArray(value?.image_size) ? value.image_size : [];
  return {
    place,
    line,
    boxes: boxes as Json[],
    size: (size ?? undefined) as Json | undefined,
    classMap: ((found[1] as Json)["class-map"] ?? {}) as Json,
  };
}

function readImage(
  { place, line, boxes, size }: Labelled,
  labels: ReadonlyMap<number, number>,
  groupField: string | undefined,
): AnnotatedImage {
  const name = line["source-ref"];
  if (typeof name !== "string" || name === "") throw new ListError(`${place}: it has no source-ref.`);
  return {
    place,
    name,
    group: groupText(line[groupField ?? "group"]),
    sides: sidesOf(size?.width, size?.height),
    boxes: boxes.map((box) => {
      const [left, top, width, height] = (["left", "top", "width", "height"] as const).map((side) =>
        finiteNumber(box[side], side, place),
      );
      return {
        classId: labels.get(finiteNumber(box.class_id, "class_id", place))!,
        xyxy: [left!, top!, left! + width!, top! + height!],
        extra: [],
      };
    }),
  };
}
