import { InvalidInputError } from "../errors.js";

/** A timer counts no further than 2^31 - 1 ms (24.8 days); a longer one would end at once. */
export const MOST_TIMER_MS = 2 ** 31 - 1;

/** Checks a time in milliseconds; Infinity is one. Undefined passes: the default applies. */
export function checkMs(field: string, value: number | undefined): void {
  if (value === undefined || value >= 0) return;
  throw new InvalidInputError(field, "a number of milliseconds, 0 or more", value, "Change the value.");
}
