import { ListError } from "../errors.js";
import type { DetectionObject } from "../format/detection-label.js";
import { compareCodePoints } from "../list/image-list.js";

/** Formats of annotations that are read. */
export type BoxFormat = "coco" | "pascal-voc" | "yolo" | "ground-truth" | "csv";

/** One image as its annotations have it. */
export interface AnnotatedImage {
  /** Where it stands, for errors: `file` or `file:line`. */
  readonly place: string;
  /** The image's path or URI; with `anyEnding` without its ending. */
  readonly name: string;
  /** What it is called where there is no such image. */
  readonly otherName?: string;
  /** Its own id, where the format has one. */
  readonly id?: number;
  /** What it is a picture of, where the format tells. */
  readonly group?: string | undefined;
  /** Width and height that the boxes were drawn on, in pixels, where the format tells. */
  readonly sides?: Sides | undefined;
  /** Its boxes, in the unit of the {@link Annotations}. */
  readonly boxes: readonly DetectionObject[];
}

/** Width and height in pixels. */
export interface Sides {
  readonly width: number;
  readonly height: number;
}

/** All that a file or folder of annotations says. */
export interface Annotations {
  readonly format: BoxFormat;
  /** Whether boxes are in pixels or in shares of the image's sides. */
  readonly unit: "pixels" | "shares";
  /** Whether the names of images are without their endings. */
  readonly anyEnding?: boolean;
  readonly images: readonly AnnotatedImage[];
  /** Names of the classes by label. */
  readonly classes: readonly string[];
  /** The format's own number of each class, where it has such. */
  readonly categoryIds?: readonly number[];
  /** What the numbers behind each box mean. */
  readonly extra: readonly string[];
  /** What is left out, in words. */
  readonly notes: readonly string[];
}

/** The label of each class name: as given, or the names found, sorted by code point. */
export function labelsByName(
  found: Iterable<string>,
  given: readonly string[] | undefined,
): ReadonlyMap<string, number> {
  const names = given ?? [...found].sort(compareCodePoints);
  return new Map([...new Set(names)].map((name, label) => [name, label]));
}

/** The label of a class. @throws ListError when there is no such class */
export function labelOf(labels: ReadonlyMap<string, number>, name: string, place: string): number {
  const label = labels.get(name);
  if (label === undefined) {
    throw new ListError(`${place}: the class "${name}" is not among ${[...labels.keys()].join(", ")}.`);
  }
  return label;
}

/** A number that must be there. @throws ListError when it is none */
export function finiteNumber(value: unknown, what: string, place: string): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new ListError(`${place}: ${what} is not a number: ${JSON.stringify(value)}.`);
  }
  return number;
}

/** Width and height where both are numbers above 0. */
export function sidesOf(width: unknown, height: unknown): Sides | undefined {
  const [w, h] = [Number(width), Number(height)];
  return w > 0 && h > 0 && Number.isFinite(w) && Number.isFinite(h) ? { width: w, height: h } : undefined;
}

/** The text of a field that names a group; undefined where it is empty or no plain value. */
export function groupText(value: unknown): string | undefined {
  return (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : undefined;
}
