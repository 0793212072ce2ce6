import { checkInteger } from "../checks/numbers.js";

/** A class with its probability. */
export interface ClassProbability {
  readonly classId: number;
  readonly className: string;
  readonly probability: number;
}

/**
 * The most probable classes, the best first.
 *
 * @param labels class names in the order of the ids; without them the ids themselves
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
