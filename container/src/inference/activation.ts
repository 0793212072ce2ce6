import type { Activation } from "@sightline/contract/manifest";

/** Turns one row of a classifier's output into its answer. */
export function activate(values: Float32Array, activation: Activation = "none"): Float32Array {
  if (activation === "sigmoid") return values.map((value) => 1 / (1 + Math.exp(-value)));
  if (activation === "none") return values;
  // Less the largest, which changes nothing and keeps exp() finite.
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(values, (value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

/** Half precision adds up to 1 within a hundredth even for thousands of classes. */
const TOLERANCE = 0.01;

/** Whether values can be the probabilities of classes of which each picture has one. */
export function areProbabilities(values: Float32Array): boolean {
  const inRange = values.every((value) => value >= -TOLERANCE && value <= 1 + TOLERANCE);
  return inRange && Math.abs(values.reduce((a, b) => a + b, 0) - 1) <= TOLERANCE;
}
