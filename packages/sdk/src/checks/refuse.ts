import type { Fail } from "@sightline/contract/problem";
import { InvalidInputError } from "../errors.js";

/** A problem that the container would refuse too, in the same words. */
export const refuse: Fail = ({ field, rule, remedy, message }) => {
  throw new InvalidInputError(field, rule, undefined, remedy, message);
};
