/** Labels of an object detection record, as MXNet's ImageDetIter and SageMaker's object detection take them. */
export interface BoxLabels {
  /** Numbers in front of the objects, from 2: this number, the next, and what is added. */
  readonly headerWidth: number;
  /** Numbers an object, from 5: class, then left, top, right and bottom as shares of the image's sides. */
  readonly objectWidth: number;
  /** Number of objects. */
  readonly objects: number;
}

/**
 * Tells whether labels are boxes: `2 5 class left top right bottom class left ...`.
 *
 * @returns undefined when they are something else, such as one class or one number for each of several
 * @example
 * ```ts
 * boxesOf([2, 5, 1, 0.1, 0.1, 0.5, 0.5]); // { headerWidth: 2, objectWidth: 5, objects: 1 }
 * boxesOf([0, 1, 1, 0]); // undefined
 * ```
 */
export function boxesOf(labels: readonly number[]): BoxLabels | undefined {
  const [headerWidth = 0, objectWidth = 0] = labels;
  if (!Number.isInteger(headerWidth) || headerWidth < 2) return undefined;
  if (!Number.isInteger(objectWidth) || objectWidth < 5) return undefined;
  const objects = (labels.length - headerWidth) / objectWidth;
  return Number.isInteger(objects) && objects >= 1 ? { headerWidth, objectWidth, objects } : undefined;
}
