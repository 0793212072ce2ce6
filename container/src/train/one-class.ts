import type { Answers, Tally } from "./answers.js";

/**
 * Each picture has one class: softmax.
 *
 * @param topK also counts the label among so many likeliest classes
 * @param weights what the loss of a picture is multiplied by, for each class
 */
export function oneClass(topK?: number, weights?: readonly number[]): Answers {
  return {
    operator: "Softmax",
    activate: softmax,
    slopes(values, labels) {
      const label = labels[0]!;
      const weight = weights?.[label] ?? 1;
      for (let c = 0; c < values.length; c++) values[c] = weight * (values[c]! - (c === label ? 1 : 0));
    },
    tally: () => oneClassTally(topK),
  };
}

function softmax(values: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < values.length; c++) largest = Math.max(largest, values[c]!);
  let total = 0;
  for (let c = 0; c < values.length; c++) {
    const value = Math.exp(values[c]! - largest);
    values[c] = value;
    total += value;
  }
  for (let c = 0; c < values.length; c++) values[c]! /= total;
}

function oneClassTally(topK: number | undefined): Tally {
  let [count, right, near, sum] = [0, 0, 0, 0];
  return {
    add(values, labels) {
      const label = labels[0]!;
      let best = 0;
      let above = 0;
      for (let c = 0; c < values.length; c++) {
        // The lower one of equals.
        if (values[c]! > values[best]!) best = c;
        if (values[c]! > values[label]!) above += 1;
      }
      count += 1;
      if (best === label) right += 1;
      if (above < (topK ?? 1)) near += 1;
      const loss = surprise(values[label]!);
      sum += loss;
      return { answered: [best], loss };
    },
    result() {
      const all = Math.max(1, count);
      return {
        accuracy: right / all,
        crossEntropy: sum / all,
        ...(topK === undefined ? {} : { topKAccuracy: near / all }),
      };
    },
  };
}

/** -ln of a probability. One of 0 in float64 stands for one below 1e-300. */
export function surprise(probability: number): number {
  return -Math.log(Math.max(probability, 1e-300));
}
