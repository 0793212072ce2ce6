import type { Answers } from "./answers.js";
import type { FeatureSet } from "./feature-set.js";
import type { Hyperparameters } from "./hyperparameters.js";
import { oneClass } from "./one-class.js";
import { severalClasses } from "./several-classes.js";
import type { LogLine } from "./training-log.js";

/** The meaning that the hyperparameters give to a head's values. */
export function answersOf(
  { multiLabel, useWeightedLoss, numClasses, topK }: Hyperparameters,
  { labels }: Pick<FeatureSet, "labels">,
  log: LogLine,
): Answers {
  const weights = useWeightedLoss ? classWeights(labels, numClasses, multiLabel) : undefined;
  if (weights) log(`Loss weighted by class: ${weightRange(weights)}.`);
  return multiLabel ? severalClasses(weights) : oneClass(topK, weights);
}

function weightRange(weights: readonly number[]): string {
  const [least, most] = [Math.min, Math.max].map((pick) => pick(...weights));
  const said = (weight: number): string => `${weight.toFixed(3)} (class ${weights.indexOf(weight)})`;
  return `${said(least!)} to ${said(most!)}`;
}

/** A class that one picture in ten thousand has would otherwise make steps that no learning rate suits. */
const LARGEST_WEIGHT = 100;

/**
 * What the loss of each class is multiplied by, from how often it occurs in the pictures; 1 where all are as frequent, at
 * most 100.
 *
 * With one class a picture: pictures / (classes that occur x pictures of the class), so that all classes weigh the same
 * together. With several: of the pictures that have the class, those without it for each with it.
 */
export function classWeights(
  labels: FeatureSet["labels"],
  classes: number,
  several: boolean,
): readonly number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels.flat()) counts[label]! += 1;
  const occurring = counts.filter((count) => count > 0).length;
  return counts.map((count) => {
    if (count === 0) return 1;
    const weight = several ? (labels.length - count) / count : labels.length / (occurring * count);
    // A class that every picture has is still to be learnt.
    return Math.min(LARGEST_WEIGHT, weight || 1);
  });
}
