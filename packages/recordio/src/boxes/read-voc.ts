import { posix } from "node:path";
import { childText, parseXml, XmlError, type XmlNode } from "@sightline/foundation/parse-xml";
import { ListError } from "../errors.js";
import {
  type AnnotatedImage,
  type Annotations,
  finiteNumber,
  labelOf,
  labelsByName,
  sidesOf,
} from "./annotation.js";

/** A file of a folder. */
export interface AnnotationFile {
  /** Its path in the folder, with `/`. */
  readonly path: string;
  /** The same with the folder, for errors. */
  readonly place: string;
  readonly text: string;
}

const SIDES = ["xmin", "ymin", "xmax", "ymax"] as const;

/**
 * Takes Pascal VOC's XML apart, a file for each image. Corners are taken as they stand, as MXNet's own scripts do, though
 * VOC counts pixels from 1. `difficult` becomes an extra number where any object has it.
 *
 * @throws ListError that names the file which is not right
 */
export function readVoc(
  files: readonly AnnotationFile[],
  classes: readonly string[] | undefined,
): Annotations {
  const documents = files.map(({ path, place, text }) => ({ path, place, root: parse(place, text) }));
  const objects = documents.flatMap(({ place, root }) =>
    root.children.filter(({ name }) => name === "object").map((object) => classOf(object, place)),
  );
  const labels = labelsByName(objects, classes);
  const hasDifficult = documents.some(({ root }) =>
    root.children.some((child) => child.name === "object" && childText(child, "difficult") !== undefined),
  );
  return {
    format: "pascal-voc",
    unit: "pixels",
    images: documents.map((document) => readImage(document, labels, hasDifficult)),
    classes: [...labels.keys()],
    extra: hasDifficult ? ["difficult"] : [],
    notes: lostFields(documents.map(({ root }) => root)),
  };
}

function parse(place: string, text: string): XmlNode {
  try {
    const root = parseXml(text.replace(/^\ufeff/, ""));
    if (root.name === "annotation") return root;
    throw new ListError(`${place}: Pascal VOC's root element is annotation, not ${root.name}.`);
  } catch (cause) {
    if (cause instanceof XmlError) throw new ListError(`${place}: ${cause.message}.`, { cause });
    throw cause;
  }
}

function readImage(
  { path, place, root }: { readonly path: string; readonly place: string; readonly root: XmlNode },
  labels: ReadonlyMap<string, number>,
  hasDifficult: boolean,
): AnnotatedImage {
  const size = root.children.find(({ name }) => name === "size");
  const stem = path.replace(/\.xml$/i, "");
  const name = childText(root, "filename")?.trim() || stem;
  const folder = posix.dirname(path);
  return {
    place,
    // Annotations in sub-folders belong to images in such; the file name alone is often not the only one.
    name: name.includes("/") || folder === "." ? name : `${folder}/${name}`,
    // Renaming files by hand leaves the old name inside.
    otherName: stem,
    sides: size && sidesOf(childText(size, "width"), childText(size, "height")),
    boxes: root.children
      .filter((child) => child.name === "object")
      .map((object) => {
        const box = object.children.find((child) => child.name === "bndbox");
        if (box === undefined) throw new ListError(`${place}: an object has no bndbox.`);
        const [left, top, right, bottom] = SIDES.map((side) =>
          finiteNumber(childText(box, side), side, place),
        );
        return {
          classId: labelOf(labels, classOf(object, place), place),
          xyxy: [left!, top!, right!, bottom!],
          extra: hasDifficult
            ? [finiteNumber(childText(object, "difficult") ?? "0", "difficult", place)]
            : [],
        };
      }),
  };
}

function classOf(object: XmlNode, place: string): string {
  const name = childText(object, "name")?.trim();
  if (name === undefined || name === "") throw new ListError(`${place}: an object has no name.`);
  return name;
}

/** What of objects is not taken over, where it says anything. */
function lostFields(roots: readonly XmlNode[]): string[] {
  const objects = roots.flatMap((root) => root.children.filter(({ name }) => name === "object"));
  const says: Readonly<Record<string, (text: string) => boolean>> = {
    truncated: (text) => Number(text) === 1,
    occluded: (text) => Number(text) === 1,
    pose: (text) => text !== "" && text !== "Unspecified",
    part: () => true,
    polygon: () => true,
  };
  return Object.entries(says).flatMap(([field, isSaid]) => {
    const count = objects.filter((object) => {
      const text = childText(object, field)?.trim();
      return text !== undefined && isSaid(text);
    }).length;
    return count === 0 ? [] : [`${field} of ${count} objects has no place in a record`];
  });
}
