/** How a training job of a search has done, value by value of its objective. */
export interface Curve {
  readonly values: readonly number[];
  /** Whether the job has ended. */
  readonly ended: boolean;
  /** Its number in the search, counted from 0. */
  readonly index: number;
}

/** Whether a larger value is better. */
export type IsBetter = (a: number, b: number) => boolean;

/** Of how many jobs Hyperband lets one go on at a rung. */
const REDUCTION = 3;

/**
 * Whether a job promises nothing: its newest value is worse than the median of what the ended jobs had on average by
 * then. Source: "Stop training jobs early", "How early stopping works", of the SageMaker guide.
 */
export function isBelowMedian(curve: Curve, others: readonly Curve[], isBetter: IsBetter): boolean {
  const count = curve.values.length;
  const averages = others
    .filter(({ ended, values }) => ended && values.length > 0)
    .map(({ values }) => average(values.slice(0, count)))
    .sort((a, b) => a - b);
  if (averages.length === 0) return false;
  const middle = Math.floor(averages.length / 2);
  const median =
    averages.length % 2 === 1 ? averages[middle]! : (averages[middle - 1]! + averages[middle]!) / 2;
  return isBetter(median, curve.values.at(-1)!);
}

/**
 * Whether Hyperband ends a job at its newest value: at rungs, each three times as far as the one before, a job goes on
 * only while it is among the best third of those of its bracket that came so far. The brackets begin at different rungs.
 * Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning", the stopping variant.
 *
 * @param limits values of the objective, at the least and at most: epochs, as a rule
 */
export function isOutOfBracket(
  curve: Curve,
  others: readonly Curve[],
  isBetter: IsBetter,
  limits: { readonly min: number; readonly max: number },
): boolean {
  const { values, index } = curve;
  const count = values.length;
  if (count >= limits.max) return true;
  const brackets = bracketsOf(limits);
  const bracket = index % brackets;
  const isRung = (rung: number): boolean =>
    Math.abs(rung - Math.round(rung)) < 1e-9 && Math.round(rung) >= bracket;
  if (count < limits.min || !isRung(Math.log(count / limits.min) / Math.log(REDUCTION))) return false;
  const own = values[count - 1]!;
  const rivals = others
    .filter((other) => other.index % brackets === bracket && other.values.length >= count)
    .map((other) => other.values[count - 1]!);
  const better = rivals.filter((value) => isBetter(value, own)).length;
  return better >= Math.max(1, (rivals.length + 1) / REDUCTION);
}

/** As many brackets as there are rungs; three where nobody says how far it goes. */
function bracketsOf({ min, max }: { readonly min: number; readonly max: number }): number {
  if (!Number.isFinite(max)) return REDUCTION;
  return Math.max(1, Math.floor(Math.log(max / min) / Math.log(REDUCTION) + 1e-9));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
