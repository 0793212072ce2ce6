import { type OptionValues, UsageError } from "./command-line.js";
import { didYouMean } from "./nearest.js";

/** What a number given on the command line may be. */
export interface NumberRange {
  /** Least value. Default: none. */
  readonly min?: number;
  /** Greatest value. Default: none. */
  readonly max?: number;
  /** Whole numbers only. Default false. */
  readonly whole?: boolean;
  /** For the message: "pixels", "seconds". */
  readonly unit?: string;
}

/** A text given on the command line. @throws {UsageError} when it is empty */
export function textOption(values: OptionValues, name: string): string | undefined {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  if (text === "") throw new UsageError(`--${name} is empty; leave it out or give it a value.`);
  return text;
}

/** A number given on the command line. @throws {UsageError} when it is none or out of range */
export function numberOption(
  values: OptionValues,
  name: string,
  range: NumberRange = {},
): number | undefined {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, whole = false } = range;
  const value = Number(text);
  const right = text.trim() !== "" && value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!right) throw new UsageError(`--${name} takes a ${inWords(range)}, not "${text}".`);
  return value;
}

function inWords({ min, max, whole, unit }: NumberRange): string {
  const kind = `${whole === true ? "whole number" : "number"}${unit === undefined ? "" : ` of ${unit}`}`;
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (min !== undefined) return `${kind} from ${min}`;
  return max === undefined ? kind : `${kind} up to ${max}`;
}

/** One of several words given on the command line. @throws {UsageError} when it is another */
export function choiceOption<Choice extends string>(
  values: OptionValues,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = values[name];
  return typeof text === "string" ? choice(text, name, choices) : undefined;
}

/** Several of several words, with commas between. @throws {UsageError} when one is another */
export function choicesOption<Choice extends string>(
  values: OptionValues,
  name: string,
  choices: readonly Choice[],
): Choice[] | undefined {
  const text = values[name];
  if (typeof text !== "string") return undefined;
  return text.split(",").map((part) => choice(part.trim(), name, choices));
}

function choice<Choice extends string>(text: string, name: string, choices: readonly Choice[]): Choice {
  const found = choices.find((known) => known === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} takes ${choices.join(", ")}, not "${text}".${didYouMean(text, choices)}`);
}

/** Exactly these positional arguments. @throws {UsageError} when there are more or fewer */
export function positional(positionals: readonly string[], ...names: string[]): string[] {
  if (positionals.length < names.length) throw new UsageError(`${names[positionals.length]} is missing.`);
  const [unexpected] = positionals.slice(names.length);
  if (unexpected !== undefined) throw new UsageError(`Unexpected argument "${unexpected}".`);
  return [...positionals];
}
