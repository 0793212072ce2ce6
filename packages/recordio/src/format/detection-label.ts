import { RecordIOError } from "../errors.js";
import { boxesOf } from "./box-labels.js";

/** One object of an image: its class and its box. */
export interface DetectionObject {
  /** The class, a whole number from 0. */
  readonly classId: number;
  /** Left, top, right and bottom as shares of the image's width and height, 0 to 1. */
  readonly xyxy: readonly [left: number, top: number, right: number, bottom: number];
  /** Numbers behind the box, the same number for every object of a file, such as Pascal VOC's `difficult`; mostly none. */
  readonly extra: readonly number[];
}

/** What the labels of an object detection record say. */
export interface DetectionLabel {
  /** Numbers between the two widths and the first object; mostly none. */
  readonly header: readonly number[];
  /** Numbers an object, from 5. */
  readonly objectWidth: number;
  /** The objects, in the order of the record. */
  readonly objects: readonly DetectionObject[];
}

/** Numbers in front of the objects: the header's width and the object's. */
const LEAST_HEADER = 2;

/** Class and four sides. */
const LEAST_OBJECT = 5;

/**
 * Reads the labels of a record for MXNet's ImageDetIter, ImageDetRecordIter and SageMaker's object detection:
 * `headerWidth objectWidth [header] classId left top right bottom [extra] classId left ...`.
 *
 * A header without objects gives none; MXNet refuses such records.
 *
 * @param labels as {@link readRecords} gives them
 * @throws RecordIOError when they are not of this form; whether boxes lie within the image is not looked at
 * @example
 * ```ts
 * for await (const { header, labels, image } of readRecords("out/train.rec")) {
 *   const { objects } = decodeDetectionLabel(labels);
 *   console.log(header.id, objects); // 0 [{ classId: 1, xyxy: [0.1, 0.1, 0.5, 0.5], extra: [] }]
 * }
 * ```
 */
export function decodeDetectionLabel(labels: readonly number[]): DetectionLabel {
  const [headerWidth = Number.NaN, objectWidth = Number.NaN] = labels;
  const wrong = widthProblem(headerWidth, objectWidth, labels.length);
  if (wrong !== undefined) {
    throw new RecordIOError(
      `Labels of object detection begin with the header's width and the object's, such as 2 5; ${wrong}.`,
    );
  }
  const objects: DetectionObject[] = [];
  for (let at = headerWidth; at < labels.length; at += objectWidth) {
    const [classId, left, top, right, bottom, ...extra] = labels.slice(at, at + objectWidth);
    objects.push({ classId: classId!, xyxy: [left!, top!, right!, bottom!], extra });
  }
  return { header: labels.slice(LEAST_HEADER, headerWidth), objectWidth, objects };
}

/**
 * The labels of a record, as {@link decodeDetectionLabel} reads them.
 *
 * @throws RangeError when objects have different numbers of `extra`
 * @example
 * ```ts
 * encodeDetectionLabel([{ classId: 1, xyxy: [0.1, 0.1, 0.5, 0.5], extra: [] }]); // [2, 5, 1, 0.1, 0.1, 0.5, 0.5]
 * ```
 */
export function encodeDetectionLabel(
  objects: readonly DetectionObject[],
  header: readonly number[] = [],
): number[] {
  const extras = objects[0]?.extra.length ?? 0;
  const labels = [LEAST_HEADER + header.length, LEAST_OBJECT + extras, ...header];
  for (const { classId, xyxy, extra } of objects) {
    if (extra.length !== extras) {
      throw new RangeError(
        `Every object of an image has the same number of extra numbers: ${extras} and ${extra.length} do not go together.`,
      );
    }
    labels.push(classId, ...xyxy, ...extra);
  }
  return labels;
}

/**
 * What is wrong with boxes that MXNet would drop, or learn from wrongly.
 *
 * @returns undefined where each has a class from 0 and lies within the image, left before right and top before bottom
 */
export function boxProblem({ objects }: DetectionLabel): string | undefined {
  for (const [at, { classId, xyxy }] of objects.entries()) {
    const [left, top, right, bottom] = xyxy;
    const name = `box ${at + 1} of ${objects.length}`;
    if (!Number.isInteger(classId) || classId < 0)
      return `${name}: its class is ${classId}, not a whole number from 0`;
    if (!xyxy.every((side) => side >= 0 && side <= 1))
      return `${name}: ${xyxy.join(" ")} are not shares of the sides, from 0 to 1`;
    if (left >= right) return `${name}: its left side ${left} is not before its right side ${right}`;
    if (top >= bottom) return `${name}: its top ${top} is not above its bottom ${bottom}`;
  }
  return undefined;
}

/** What a record is counted under: its first label, or every class that it has a box of. */
export function countedLabels(labels: readonly number[]): readonly number[] {
  if (boxesOf(labels) === undefined) return [labels[0] ?? 0];
  return [...new Set(decodeDetectionLabel(labels).objects.map(({ classId }) => classId))];
}

function widthProblem(headerWidth: number, objectWidth: number, length: number): string | undefined {
  if (!Number.isInteger(headerWidth) || headerWidth < LEAST_HEADER)
    return `a header is at least ${LEAST_HEADER} wide, not ${headerWidth}`;
  if (!Number.isInteger(objectWidth) || objectWidth < LEAST_OBJECT)
    return `an object is at least ${LEAST_OBJECT} wide, not ${objectWidth}`;
  const rest = length - headerWidth;
  if (rest < 0 || rest % objectWidth !== 0)
    return `${length} numbers less a header of ${headerWidth} are not a multiple of ${objectWidth}`;
  return undefined;
}
