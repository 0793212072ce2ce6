import type { FeatureSet } from "./feature-set.js";

/** The trained part: one weight row and one bias for each class. */
export interface Head {
  readonly classes: number;
  readonly width: number;
  /** `classes * width` values, class by class. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/** A head that knows nothing: all classes are equally likely. */
export function emptyHead(classes: number, width: number): Head {
  return { classes, width, weight: new Float32Array(classes * width), bias: new Float32Array(classes) };
}

/** A copy that later training does not change. */
export function copyHead(head: Head): Head {
  return { ...head, weight: head.weight.slice(), bias: head.bias.slice() };
}

/** Class probabilities of one feature row of `values`, starting at `at`, into `out`. */
export function probabilities(head: Head, values: Float32Array, at: number, out: Float64Array): void {
  const { classes } = head;
  logits(head, values, at, out);
  let largest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) largest = Math.max(largest, out[c]!);
  let total = 0;
  for (let c = 0; c < classes; c++) {
    const value = Math.exp(out[c]! - largest);
    out[c] = value;
    total += value;
  }
  for (let c = 0; c < classes; c++) out[c]! /= total;
}

/** weight x values + bias into `out`. Four classes at once: one sum alone would wait for each of its own additions. */
export function logits(
  { classes, width, weight, bias }: Head,
  values: Float32Array,
  at: number,
  out: Float64Array,
): void {
  let c = 0;
  for (; c + 4 <= classes; c += 4) {
    let w0 = c * width;
    let w1 = w0 + width;
    let w2 = w1 + width;
    let w3 = w2 + width;
    let [sum0, sum1, sum2, sum3] = [bias[c]!, bias[c + 1]!, bias[c + 2]!, bias[c + 3]!];
    for (let i = at; i < at + width; i++) {
      const value = values[i]!;
      sum0 += weight[w0++]! * value;
      sum1 += weight[w1++]! * value;
      sum2 += weight[w2++]! * value;
      sum3 += weight[w3++]! * value;
    }
    out[c] = sum0;
    out[c + 1] = sum1;
    out[c + 2] = sum2;
    out[c + 3] = sum3;
  }
  for (; c < classes; c++) {
    let sum = bias[c]!;
    for (let i = at, w = c * width; i < at + width; i++, w++) sum += weight[w]! * values[i]!;
    out[c] = sum;
  }
}

/** How well a head does on a set. */
export interface Evaluation {
  /** Share of pictures whose likeliest class is the label, 0 to 1. */
  readonly accuracy: number;
  /** Share of pictures whose label is among the `topK` likeliest classes. */
  readonly topKAccuracy?: number;
  /** Mean of -ln(probability of the label). */
  readonly crossEntropy: number;
  /** Pictures by [label][predicted class]. */
  readonly confusion: readonly (readonly number[])[];
}

/** Evaluates a head on the pictures themselves (not on augmented copies). */
export function evaluateHead(head: Head, set: FeatureSet, topK?: number): Evaluation {
  const out = new Float64Array(head.classes);
  const confusion = Array.from({ length: head.classes }, () => new Array<number>(head.classes).fill(0));
  const tally = new Tally(topK);
  for (let i = 0; i < set.count; i++) {
    probabilities(head, set.values, i * set.views * set.width, out);
    const label = set.labels[i]!;
    confusion[label]![tally.add(out, label)]! += 1;
  }
  return { ...tally.result(), confusion };
}

/** Counts right answers as they come. */
export class Tally {
  readonly #topK: number | undefined;
  #count = 0;
  #right = 0;
  #near = 0;
  #loss = 0;

  constructor(topK?: number) {
    this.#topK = topK;
  }

  /** Adds one picture; returns its likeliest class (the lower one of equals). */
  add(values: Float64Array, label: number): number {
    let best = 0;
    let above = 0;
    for (let c = 0; c < values.length; c++) {
      if (values[c]! > values[best]!) best = c;
      if (values[c]! > values[label]!) above += 1;
    }
    this.#count += 1;
    if (best === label) this.#right += 1;
    if (above < (this.#topK ?? 1)) this.#near += 1;
    // A probability of 0 in float64 stands for one below 1e-300.
    this.#loss -= Math.log(Math.max(values[label]!, 1e-300));
    return best;
  }

  result(): Omit<Evaluation, "confusion"> {
    const count = Math.max(1, this.#count);
    const top = this.#topK === undefined ? {} : { topKAccuracy: this.#near / count };
    return { accuracy: this.#right / count, crossEntropy: this.#loss / count, ...top };
  }
}
