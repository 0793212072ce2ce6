/** An axis: its ends, its ticks, and the digits behind the point that tell ticks apart. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  readonly digits: number;
}

/** An axis over values, with about `count` ticks at steps of 1, 2 or 5 times a power of ten. */
export function niceTicks(
  values: readonly number[],
  range: readonly [number, number] | undefined,
  count: number,
): Axis {
  let [min, max] = range ?? [Math.min(...values), Math.max(...values)];
  if (!Number.isFinite(min) || !Number.isFinite(max)) [min, max] = [0, 1];
  if (min === max) [min, max] = [min - 0.5, max + 0.5];
  const rough = (max - min) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  // Epochs and counts have no halves.
  const step = range === undefined && values.every(Number.isInteger) ? Math.max(1, nice) : nice;
  const ticks: number[] = [];
  for (let at = Math.ceil(min / step - 1e-9); at * step <= max + step * 1e-9; at++) ticks.push(at * step);
  return { min, max, ticks, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}
