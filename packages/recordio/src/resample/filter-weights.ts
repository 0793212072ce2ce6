/** Which input samples make each output sample, with weights that sum to 256. */
export interface FilterWeights {
  /** Weights for each output sample; unused ones are 0. */
  readonly taps: number;
  /** First input sample of each output sample; `first + used` never passes the input's end. */
  readonly first: Int32Array;
  /** `taps` weights for each output sample. */
  readonly weights: Uint16Array;
  /** How many of an output sample's weights, from its first, are not 0. */
  readonly used: Int32Array;
  /** The largest of `used`. */
  readonly widest: number;
}

/**
 * A triangle as wide as the reduction (Pillow's `BILINEAR`, libvips' `linear`): antialiased when it shrinks,
 * ordinary linear interpolation when it enlarges.
 *
 * @param span how much of the input's samples the output stands for, where the last of them is only partly of the image
 */
export function triangleWeights(input: number, output: number, span = input): FilterWeights {
  const scale = span / output;
  const support = Math.max(1, scale);
  const taps = Math.min(input, Math.ceil(support * 2) + 1);
  const first = new Int32Array(output);
  const used = new Int32Array(output);
  let widest = 0;
  const weights = new Uint16Array(output * taps);
  for (let i = 0; i < output; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.min(input - taps, Math.floor(center - support + 0.5)));
    const exact = Array.from({ length: taps }, (_, tap) =>
      Math.max(0, 1 - Math.abs((start + tap + 0.5 - center) / support)),
    );
    const whole = quantize(exact);
    const skipped = whole.findIndex((weight) => weight > 0);
    const kept = whole.slice(skipped);
    first[i] = start + skipped;
    used[i] = kept.findLastIndex((weight) => weight > 0) + 1;
    widest = Math.max(widest, used[i]!);
    weights.set(kept, i * taps);
  }
  return { taps, first, weights, used, widest };
}

/** Whole weights that sum to 256: the largest remainders are rounded up. */
function quantize(exact: readonly number[]): number[] {
  const sum = exact.reduce((total, weight) => total + weight, 0);
  const scaled = exact.map((weight) => (weight * 256) / sum);
  const whole = scaled.map(Math.floor);
  const left = 256 - whole.reduce((total, weight) => total + weight, 0);
  const order = scaled
    .map((weight, at) => ({ at, rest: weight - whole[at]! }))
    .sort((a, b) => b.rest - a.rest);
  for (const { at } of order.slice(0, left)) whole[at]! += 1;
  return whole;
}
