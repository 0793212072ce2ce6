/** What one value of a longer row is made of. */
export interface CubicWeights {
  /** The first of four neighbours, from 0; all four are of the row where it has four. */
  readonly first: number;
  /** Of the four neighbours, adding up to 1. */
  readonly weights: readonly number[];
}

/**
 * How a row of `from` values is made one of `to`, at least as many, by the cubic filter of Catmull and Rom (Keys, "Cubic
 * Convolution Interpolation", 1981, with a = -1/2). Centres of pixels lie on each other; beyond its ends the row goes on with
 * its last value.
 */
export function cubicWeights(from: number, to: number): CubicWeights[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const left = Math.floor(centre);
    const t = centre - left;
    const first = Math.max(0, Math.min(from - 4, left - 1));
    const weights = [0, 0, 0, 0];
    [
      ((-t + 2) * t - 1) * t * 0.5,
      ((3 * t - 5) * t * t + 2) * 0.5,
      ((-3 * t + 4) * t + 1) * t * 0.5,
      (t - 1) * t * t * 0.5,
    ].forEach((weight, tap) => {
      const at = Math.max(0, Math.min(from - 1, left - 1 + tap));
      weights[at - first]! += weight;
    });
    return { first, weights };
  });
}
