import { InvalidInputError } from "../errors.js";

/** Checks a whole number against limits, both inclusive. Undefined passes: the default applies. */
export const checkInteger = rangeCheck(Number.isInteger, (least, most) =>
  most === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${least}`
    : `a whole number from ${least} to ${most}`,
);

/** Checks a number against limits, both inclusive. Undefined passes. */
export const checkNumber = rangeCheck(Number.isFinite, (least, most) => `a number from ${least} to ${most}`);

function rangeCheck(isKind: (value: number) => boolean, rule: (least: number, most: number) => string) {
  return (field: string, value: number | undefined, least: number, most: number, remedy?: string): void => {
    if (value === undefined || (isKind(value) && value >= least && value <= most)) return;
    throw new InvalidInputError(field, rule(least, most), value, remedy ?? "Change the value.");
  };
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
