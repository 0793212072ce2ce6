import type { ParseArgsConfig } from "node:util";

/** Where a command writes; the tests give their own. */
export interface CliIO {
  /** Results. */
  readonly out: (data: string | Uint8Array) => void;
  /** Progress and errors. */
  readonly err: (text: string) => void;
  /** Whether stderr is a terminal, where a progress line may be drawn over. */
  readonly terminal: boolean;
  readonly signal: AbortSignal;
}

/** Values as `parseArgs` gives them. */
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** A sub-command of `recordio` before it is asked for: starting one does not wait for the code of the others. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** One sub-command of `recordio`. */
export interface Command {
  /** The whole help text. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** @returns the exit code */
  readonly run: (positionals: readonly string[], values: OptionValues, io: CliIO) => Promise<number>;
}

/** A wrong command line: the message goes to stderr, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A whole number given on the command line. @throws UsageError when it is not one from `min` on */
export function intOption(values: OptionValues, name: string, min = 0): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min) {
    throw new UsageError(`--${name} takes a whole number from ${min}, not "${String(text)}".`);
  }
  return value;
}

/** A number above 0 given on the command line. @throws UsageError when it is not one */
export function numberOption(values: OptionValues, name: string): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0) || text === "")
    throw new UsageError(`--${name} takes a number above 0, not "${String(text)}".`);
  return value;
}

/** One of several words given on the command line. @throws UsageError when it is another */
export function choiceOption<T extends string>(
  values: OptionValues,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new UsageError(`--${name} takes ${choices.join(", ")}, not "${String(text)}".`);
  return found;
}

/** A text given on the command line. */
export function textOption(values: OptionValues, name: string): string | undefined {
  const text = values[name];
  return typeof text === "string" ? text : undefined;
}

/** Exactly these positional arguments. @throws UsageError when there are more or fewer */
export function positional(positionals: readonly string[], ...names: string[]): string[] {
  if (positionals.length < names.length) throw new UsageError(`${names[positionals.length]} is missing.`);
  if (positionals.length > names.length)
    throw new UsageError(`Unexpected argument "${positionals[names.length]}".`);
  return [...positionals];
}
