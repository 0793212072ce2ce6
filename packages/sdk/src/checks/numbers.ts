import { InvalidInputError } from "../errors.js";

/** Checks a whole number against limits, both inclusive. Undefined passes: the default applies. */
export function checkInteger(
  field: string,
  value: number | undefined,
  least: number,
  most: number,
  remedy = "",
): void {
  const end = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  checkRange(field, value, [least, most], Number.isInteger, `a whole number ${end}`, remedy);
}

/** Checks a number against limits, both inclusive. Undefined passes. */
export function checkNumber(
  field: string,
  value: number | undefined,
  least: number,
  most: number,
  remedy = "",
): void {
  checkRange(field, value, [least, most], Number.isFinite, `a number from ${least} to ${most}`, remedy);
}

function checkRange(
  field: string,
  value: number | undefined,
  [least, most]: readonly [least: number, most: number],
  isKind: (value: number) => boolean,
  rule: string,
  remedy: string,
): void {
  if (value === undefined || (isKind(value) && value >= least && value <= most)) return;
  throw new InvalidInputError(field, rule, value, remedy || "Change the value.");
}

/** Checks a value against a list. Undefined passes. */
export function checkOneOf<T extends string | number>(
  field: string,
  value: T | undefined,
  allowed: readonly T[],
  remedy = "",
): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new InvalidInputError(field, `one of ${allowed.join(", ")}`, value, remedy || "Choose one of these.");
}

/** Environment variables of a container: at most 100, names as a shell takes them, values up to 1,024 characters. */
export function checkEnvironment(
  field: string,
  environment: Readonly<Record<string, string>> | undefined,
): void {
  const entries = Object.entries(environment ?? {});
  if (entries.length > 100) {
    throw new InvalidInputError(field, "at most 100 variables", entries.length, "Leave some out.");
  }
  for (const [name, value] of entries) {
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
      throw new InvalidInputError(
        field,
        "named with letters, digits and underscores",
        name,
        "Rename the variable.",
      );
    }
    if (typeof value !== "string" || value.length > 1024) {
      throw new InvalidInputError(
        `${field}.${name}`,
        "a string of at most 1,024 characters",
        value,
        "Put longer values into a file of the model or a channel.",
      );
    }
  }
}
