import type { Edges } from "../candidates.js";

/**
 * A box from the distances of its four edges from a point, each a distribution over 0 to `bins - 1` strides
 * given by logits (generalised focal loss): left, top, right, bottom.
 *
 * @param from Index of the first logit.
 */
export function boxFromDistributions(
  logits: Float32Array,
  from: number,
  bins: number,
  x: number,
  y: number,
  stride: number,
): Edges {
  const distance = (edge: number) => expectedBin(logits, from + edge * bins, bins) * stride;
  return [x - distance(0), y - distance(1), x + distance(2), y + distance(3)];
}

/** Mean of a distribution given by logits over the bins 0 to bins - 1. */
function expectedBin(values: Float32Array, from: number, bins: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < bins; i++) highest = Math.max(highest, values[from + i]!);
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < bins; i++) {
    const weight = Math.exp(values[from + i]! - highest);
    sum += weight;
    weighted += weight * i;
  }
  return weighted / sum;
}
