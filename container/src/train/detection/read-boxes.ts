import { type DetectionLabel, decodeDetectionLabel, type ImageRecord } from "@sightline/recordio";
import { JobInputError, messageOf } from "../../shared/errors.js";
import type { TruthBox } from "./boxes.js";

/**
 * The boxes of a record, as ImageDetIter and the built-in algorithm read them. A sixth number of an object that is not 0
 * marks it as difficult, as MXNet's evaluation reads it; class -1 is padding.
 *
 * @param where begins messages
 * @throws JobInputError that says which box is wrong
 */
export function readBoxes({ labels }: ImageRecord, where: string, numClasses: number): TruthBox[] {
  let label: DetectionLabel;
  try {
    label = decodeDetectionLabel(labels);
  } catch (cause) {
    throw new JobInputError(
      `${where} has no boxes. ${messageOf(cause)} Pack the pictures with their boxes.`,
      {
        cause,
      },
    );
  }
  return label.objects.flatMap(({ classId, xyxy, extra }, index) => {
    if (classId === -1) return [];
    const which = `${where}, box ${index},`;
    if (!Number.isInteger(classId) || classId < 0 || classId >= numClasses) {
      throw new JobInputError(
        `${which} has the class ${classId}, but classes must be whole numbers of 0 to ${numClasses - 1} (num_classes is ${numClasses}). Raise num_classes or mend the labels.`,
      );
    }
    const [left, top, right, bottom] = xyxy;
    if (!(left >= 0 && top >= 0 && left < right && top < bottom && right <= 1 && bottom <= 1)) {
      throw new JobInputError(
        `${which} is ${xyxy.join(" ")}; left, top, right and bottom must lie within 0 to 1, as shares of the picture's sides, the first before the last. Mend the labels.`,
      );
    }
    return [{ classId, box: xyxy, difficult: extra.length > 0 && extra[0] !== 0 }];
  });
}
