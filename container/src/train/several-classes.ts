import type { Answers, Tally } from "./answers.js";
import { surprise } from "./one-class.js";

/** A class is answered from this probability on. */
export const ANSWERED_FROM = 0.5;

/**
 * Each picture has any number of classes: sigmoid, each class by itself.
 *
 * @param weights what the loss of a class is multiplied by in the pictures that have it
 */
export function severalClasses(weights?: readonly number[]): Answers {
  return {
    operator: "Sigmoid",
    activate(values) {
      for (let c = 0; c < values.length; c++) values[c] = 1 / (1 + Math.exp(-values[c]!));
    },
    slopes(values, labels) {
      for (const label of labels) values[label] = (weights?.[label] ?? 1) * (values[label]! - 1);
    },
    tally: severalClassesTally,
  };
}

function severalClassesTally(): Tally {
  let [count, right, sum] = [0, 0, 0];
  return {
    add(values, labels) {
      const answered: number[] = [];
      let loss = 0;
      for (let c = 0; c < values.length; c++) {
        const isThere = labels.includes(c);
        const said = values[c]! >= ANSWERED_FROM;
        if (said) answered.push(c);
        if (said === isThere) right += 1;
        loss += surprise(isThere ? values[c]! : 1 - values[c]!) / values.length;
      }
      count += values.length;
      sum += loss * values.length;
      return { answered, loss };
    },
    result: () => ({ accuracy: right / Math.max(1, count), crossEntropy: sum / Math.max(1, count) }),
  };
}
