import { ListError } from "../errors.js";
import type { DetectionObject } from "../format/detection-label.js";
import { type AnnotatedImage, type Annotations, finiteNumber } from "./annotation.js";
import type { AnnotationFile } from "./read-voc.js";

/** Classes without names that a set may have; the largest, V3Det, has 13,204. It protects the memory that names need. */
const MOST_CLASSES = 100_000;

/**
 * Takes YOLO's text files apart, one for each image: `class centreX centreY width height` in shares of the sides. Polygons
 * (`class x y x y x y ...`) become the box around them.
 *
 * @param files those with labels
 * @param names of the classes by number, where a file beside them tells
 * @throws ListError that names file and line
 */
export function readYolo(
  files: readonly AnnotationFile[],
  names: readonly string[] | undefined,
): Annotations {
  let polygons = 0;
  let scores = 0;
  let highest = -1;
  const images = files.map(({ path, place: file, text }): AnnotatedImage => {
    const boxes: DetectionObject[] = [];
    for (const [number, line] of text.split(/\r\n|\n|\r/).entries()) {
      if (line.trim() === "") continue;
      const place = `${file}:${number + 1}`;
      const [classId, ...rest] = line
        .trim()
        .split(/\s+/)
        .map((word) => finiteNumber(word, "a field", place));
      if (!Number.isInteger(classId) || classId! < 0) {
        throw new ListError(`${place}: a class is a whole number from 0, not ${classId}.`);
      }
      if (names !== undefined && classId! >= names.length) {
        throw new ListError(`${place}: the class ${classId} is not among the ${names.length} with a name.`);
      }
      if (classId! >= MOST_CLASSES) {
        throw new ListError(
          `${place}: the class ${classId} is past the ${MOST_CLASSES} that a set may have. Does the line begin with its class?`,
        );
      }
      if (rest.length === 5) scores++;
      if (rest.length > 5) polygons++;
      highest = Math.max(highest, classId!);
      boxes.push({ classId: classId!, xyxy: boxOf(rest, place), extra: [] });
    }
    return { place: file, name: path.replace(/\.txt$/i, ""), boxes };
  });
  return {
    format: "yolo",
    unit: "shares",
    anyEnding: true,
    images,
    classes: names ?? Array.from({ length: highest + 1 }, (_, label) => String(label)),
    extra: [],
    notes: [
      ...(polygons > 0 ? [`${polygons} polygons became the boxes around them`] : []),
      ...(scores > 0 ? [`the sixth number of ${scores} boxes (a score) has no place in a record`] : []),
    ],
  };
}

function boxOf(numbers: readonly number[], place: string): DetectionObject["xyxy"] {
  if (numbers.length === 4 || numbers.length === 5) {
    const [x, y, width, height] = numbers as [number, number, number, number];
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  }
  if (numbers.length < 6 || numbers.length % 2 !== 0) {
    throw new ListError(
      `${place}: behind the class are 4 numbers (a box), or 6 or more in pairs (a polygon), not ${numbers.length}.`,
    );
  }
  const [xs, ys] = [0, 1].map((odd) => numbers.filter((_, at) => at % 2 === odd)) as [number[], number[]];
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
  return [least(xs), least(ys), most(xs), most(ys)];
}
