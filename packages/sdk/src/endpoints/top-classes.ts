import { checkInteger } from "../checks/numbers.js";

/** A class with its probability. */
export interface ClassProbability {
  /** Id of the class, from 0. */
  readonly classId: number;
  /** Name of the class, or its id as text without labels. */
  readonly className: string;
  /** 0 to 1. */
  readonly probability: number;
}

/**
 * The most probable classes, the best first.
 *
 * @param labels class names in the order of the ids; without them the ids themselves
 * @throws InvalidInputError when `count` is below 1
 * @example
 * ```ts
 * topClasses([0.1, 0.7, 0.2], ["safe", "texting", "radio"], 1);
 * // [{ classId: 1, className: "texting", probability: 0.7 }]
 * ```
 */
export function topClasses(
  probabilities: readonly number[],
  labels: readonly string[] = [],
  count = 5,
): readonly ClassProbability[] {
  checkInteger("count", count, 1, Number.MAX_SAFE_INTEGER);
  return probabilities
    .map((probability, classId) => ({ classId, className: labels[classId] ?? String(classId), probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}
