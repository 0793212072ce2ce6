import { createHash } from "node:crypto";
import { AwsError } from "../../errors.js";
import type { SageMakerInput } from "../operation-types.js";

/** The ranges of a tuning job. */
export type ParameterRanges = NonNullable<
  SageMakerInput<"CreateHyperParameterTuningJob">["HyperParameterTuningJobConfig"]["ParameterRanges"]
>;
/** A choice of the hyperparameters that are tuned, as they are sent. */
export type Choice = Readonly<Record<string, string>>;

interface NumberRange {
  readonly Name: string;
  readonly MinValue: string;
  readonly MaxValue: string;
  readonly ScalingType?: string;
}

/** A positive range whose ends are further apart than this is searched by orders of magnitude when nobody says how. */
const AUTO_LOGARITHMIC_FACTOR = 100;

/**
 * Checks the ranges of a tuning job.
 *
 * @throws AwsError ValidationException, as AWS has it: none at all, a name twice, ends the wrong way round, a scale that
 * they do not allow, or numbers to be searched by a grid
 */
export function checkRanges(ranges: ParameterRanges, strategy: string): void {
  const all = [...numberRanges(ranges), ...(ranges.CategoricalParameterRanges ?? [])];
  if (all.length === 0) throw invalid("A tuning job needs at least one parameter range.");
  const names = all.map(({ Name }) => Name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`The hyperparameter "${twice}" has two ranges.`);
  if (strategy === "Grid" && numberRanges(ranges).length > 0) {
    throw invalid("The Grid strategy takes categorical ranges only.");
  }
  for (const range of numberRanges(ranges)) {
    const [min, max] = endsOf(range);
    if (!(Number.isFinite(min) && Number.isFinite(max) && min < max)) {
      throw invalid(`The range of "${range.Name}" must go from a smaller to a larger number.`);
    }
    if (range.ScalingType === "Logarithmic" && min <= 0) {
      throw invalid(`A logarithmic range must be above 0: "${range.Name}" begins at ${range.MinValue}.`);
    }
    if (range.ScalingType === "ReverseLogarithmic" && (min < 0 || max >= 1)) {
      throw invalid(`A reverse logarithmic range must be within [0, 1): "${range.Name}".`);
    }
  }
}

/** A choice at random: of one seed and number always the same, so that a search can be taken up again. */
export function randomChoice(ranges: ParameterRanges, seed: string, index: number): Choice {
  const uniform = (name: string): number =>
    createHash("sha256").update(`${seed}/${index}/${name}`).digest().readUIntBE(0, 6) / 2 ** 48;
  const choice: Record<string, string> = {};
  for (const { Name, Values } of ranges.CategoricalParameterRanges ?? []) {
    choice[Name] = Values[Math.floor(uniform(Name) * Values.length)]!;
  }
  for (const range of ranges.ContinuousParameterRanges ?? []) {
    choice[range.Name] = String(valueAt(range, uniform(range.Name)));
  }
  for (const range of ranges.IntegerParameterRanges ?? []) {
    const [min, max] = endsOf(range);
    // Half a step beyond either end, so that the ends come as often as the others.
    const wide = {
      ...range,
      MinValue: String(min - (min > 0.5 ? 0.499 : 0.5)),
      MaxValue: String(max + 0.499),
    };
    const exact =
      scaleOf(range) === "Linear" ? valueAt(wide, uniform(range.Name)) : valueAt(range, uniform(range.Name));
    choice[range.Name] = String(Math.min(max, Math.max(min, Math.round(exact))));
  }
  return choice;
}

/** All choices of categorical ranges, the last one's values changing fastest. */
export function gridChoices({ CategoricalParameterRanges: ranges = [] }: ParameterRanges): readonly Choice[] {
  return ranges.reduce<readonly Choice[]>(
    (choices, { Name, Values }) =>
      choices.flatMap((choice) => Values.map((value) => ({ ...choice, [Name]: value }))),
    [{}],
  );
}

/** The value at a share of a range, from 0 to 1, on the range's own scale. */
function valueAt(range: NumberRange, share: number): number {
  const [min, max] = endsOf(range);
  const between = (from: number, to: number): number => from + share * (to - from);
  switch (scaleOf(range)) {
    case "Logarithmic":
      return Math.min(max, Math.max(min, Math.exp(between(Math.log(min), Math.log(max)))));
    case "ReverseLogarithmic":
      return Math.min(max, Math.max(min, 1 - Math.exp(between(Math.log(1 - min), Math.log(1 - max)))));
    default:
      return between(min, max);
  }
}

function scaleOf(range: NumberRange): string {
  if (range.ScalingType !== undefined && range.ScalingType !== "Auto") return range.ScalingType;
  const [min, max] = endsOf(range);
  return min > 0 && max / min > AUTO_LOGARITHMIC_FACTOR ? "Logarithmic" : "Linear";
}

function endsOf({ MinValue, MaxValue }: NumberRange): readonly [min: number, max: number] {
  return [Number(MinValue), Number(MaxValue)];
}

function numberRanges(ranges: ParameterRanges): readonly NumberRange[] {
  return [...(ranges.IntegerParameterRanges ?? []), ...(ranges.ContinuousParameterRanges ?? [])];
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
