import { didYouMean } from "@sightline/foundation/nearest";
import type { Rule } from "./field.js";

/** What is wrong with something that was sent or received. Both ends show `message` as it is. */
export interface Problem {
  /** Where, as the sender wrote it, for example `options.confidence`. */
  readonly field: string;
  /** What kind of rule is broken; `unknown` for a name that does not exist. */
  readonly type: Rule["type"] | "unknown";
  /** What it must be, to go on behind "must be". */
  readonly rule: string;
  /** What to do. */
  readonly remedy: string;
  /** The whole sentence: where, what it must be, what it is, what to do. */
  readonly message: string;
}

/** Throws a problem as the error of whoever checks: the contract has none of its own. */
export type Fail = (problem: Problem) => never;

/** `FIELD must be RULE, but is GOT. REMEDY` */
export function wrong(
  field: string,
  type: Rule["type"],
  rule: string,
  got: unknown,
  remedy = "Change the value.",
): Problem {
  return { field, type, rule, remedy, message: `${field} must be ${rule}, but is ${show(got)}. ${remedy}` };
}

/** `FIELD is missing; it must be RULE.` */
export function missing(field: string, type: Rule["type"], rule: string): Problem {
  return { field, type, rule, remedy: "Give it.", message: `${field} is missing; it must be ${rule}.` };
}

/** `FIELD is not known. Did you mean "NEAREST"? Known are ...` */
export function unknown(path: string, name: string, known: readonly string[]): Problem {
  const remedy = `${didYouMean(name, known).trimStart()} Known are ${known.join(", ")}.`.trimStart();
  const field = `${path}${name}`;
  return {
    field,
    type: "unknown",
    rule: "a known name",
    remedy,
    message: `${field} is not known. ${remedy}`,
  };
}

/** Names by which an option of video mark-up would run code, or touch what the model's folder does not hold. */
const NEVER = ["decoderModule", "model", "detectionsPath", "pool", "extra"];
const NEVER_REMEDY =
  "A manifest and a job never name code to run, a path, or a model outside of the model's folder. Leave it out.";

/** As {@link unknown}, and why for a name that would run code or leave the model's folder. */
export function refused(path: string, name: string, known: readonly string[]): Problem {
  if (!NEVER.includes(name)) return unknown(path, name, known);
  const field = `${path}${name}`;
  const message = `${field} is refused. ${NEVER_REMEDY}`;
  return { field, type: "unknown", rule: "left out", remedy: NEVER_REMEDY, message };
}

/** A value for a message: JSON, shortened. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
