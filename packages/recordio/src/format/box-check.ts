import { type BoxLabels, boxesOf } from "./box-labels.js";
import { boxProblem, decodeDetectionLabel } from "./detection-label.js";

/** Looks at the records of one file, whether each holds boxes like the others. */
export class BoxCheck {
  readonly #isExpected: boolean;
  #first: BoxLabels | "no boxes" | undefined;

  /** @param isExpected every record is to have boxes; otherwise those that are like the first one */
  constructor(isExpected: boolean) {
    this.#isExpected = isExpected;
  }

  /** Numbers an object of the first record with boxes. */
  get objectWidth(): number | undefined {
    return typeof this.#first === "object" ? this.#first.objectWidth : undefined;
  }

  /** What is wrong with the labels of the next record, in words; undefined where nothing is. */
  problemOf(labels: readonly number[]): string | undefined {
    const boxes = boxesOf(labels);
    if (this.#first === undefined || (this.#first === "no boxes" && this.#isExpected)) {
      this.#first = boxes ?? "no boxes";
    }
    if (boxes === undefined) {
      if (this.#first === "no boxes" && !this.#isExpected) return undefined;
      return `its labels are no boxes: ${labels.length} numbers from ${labels.slice(0, 3).join(" ")}`;
    }
    if (this.#first === "no boxes") return "its labels are boxes, those of the first record are not";
    const { headerWidth, objectWidth } = this.#first;
    if (boxes.headerWidth !== headerWidth || boxes.objectWidth !== objectWidth) {
      return `header and object are ${boxes.headerWidth} and ${boxes.objectWidth} wide, those of the first record ${headerWidth} and ${objectWidth}`;
    }
    return boxProblem(decodeDetectionLabel(labels));
  }
}
