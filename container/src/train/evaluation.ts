import type { Answers, Score } from "./answers.js";
import { evaluateHead } from "./evaluate-head.js";
import type { FeatureSet } from "./feature-set.js";
import type { Head } from "./head.js";

/** A picture that was answered wrongly. */
export interface Mistake {
  /** Its place among the channel's records, from 0. */
  readonly record: number;
  /** The classes that it has. */
  readonly labels: readonly number[];
  /** The classes that were answered. */
  readonly answered: readonly number[];
  /** The probability of each class. */
  readonly probabilities: readonly number[];
  /** Its cross-entropy. */
  readonly loss: number;
}

/** How often a class was answered rightly and wrongly. */
export interface ClassCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** How a head does on a set, in detail. */
export interface Evaluation extends Score {
  /** With one class a picture: pictures by [label][answered class]. */
  readonly confusion?: readonly (readonly number[])[];
  /** With `multi_label`: pictures by class. */
  readonly classes?: readonly ClassCounts[];
  /** The mistakes of the largest loss, at most twenty, the worst first. */
  readonly worst: readonly Mistake[];
}

const WORST = 20;

/** Evaluates a head on the pictures of a set, and counts what was taken for what. */
export function evaluate(head: Head, set: FeatureSet, answers: Answers): Evaluation {
  const { classes } = head;
  const square = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const hits = Array.from({ length: classes }, () => ({ there: 0, said: 0, both: 0 }));
  let worst: Mistake[] = [];
  const score = evaluateHead(head, set, answers, (record, probabilities, { answered, loss }) => {
    const labels = set.labels[record]!;
    for (const label of labels) for (const said of answered) square[label]![said]! += 1;
    for (const label of labels) hits[label]!.there += 1;
    for (const said of answered) {
      hits[said]!.said += 1;
      if (labels.includes(said)) hits[said]!.both += 1;
    }
    if (labels.length === answered.length && labels.every((label, i) => label === answered[i])) return;
    worst.push({ record, labels, answered, probabilities: [...probabilities], loss });
    if (worst.length > 50 * WORST) worst = largest(worst);
  });
  const found = { ...score, worst: largest(worst) };
  if (answers.operator === "Softmax") return { ...found, confusion: square };
  const counts = hits.map(({ there, said, both }) => ({
    truePositives: both,
    falsePositives: said - both,
    falseNegatives: there - both,
    trueNegatives: set.count - there - said + both,
  }));
  return { ...found, classes: counts };
}

/** Of equal losses the earlier record: the order is the same in every run. */
function largest(mistakes: readonly Mistake[]): Mistake[] {
  return [...mistakes].sort((a, b) => b.loss - a.loss || a.record - b.record).slice(0, WORST);
}
