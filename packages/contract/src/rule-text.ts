import type { Rule } from "./field.js";

/**
 * A rule in words that go on behind "must be".
 *
 * @param unit behind the number
 * @example
 * ```ts
 * ruleText({ type: "integer", min: 1, max: 2048 }, "pixels"); // "an integer of 1 to 2048 pixels"
 * ```
 */
export function ruleText(rule: Rule, unit?: string): string {
  const behind = unit === undefined ? "" : ` ${unit}`;
  switch (rule.type) {
    case "integer":
      return `an integer${range(rule)}${behind}`;
    case "number":
      return `a number${range(rule)}${behind}`;
    case "non-zero":
      return "a number other than 0";
    case "boolean":
      return "true or false";
    case "text":
      return rule.empty ? "a text" : "a text that is not empty";
    case "choice":
      return `${rule.values.length === 1 ? "" : "one of "}${rule.values.join(", ")}`;
    case "list":
      return `${rule.length === undefined ? "a list of" : `${rule.length}`}${rule.rising ? " rising" : ""} ${rule.items}${behind}`;
    case "object":
      return `an object {${Object.keys(rule.fields).join(", ")}}`;
    case "map":
      return `an object of ${ruleText(rule.of).replace(/^an? /, "")} by name`;
    case "either":
      return rule.of.map((one) => ruleText(one, unit)).join(", or ");
    case "file-name":
      return "the name of a file beside it, without a path";
    case "s3":
      return "s3://bucket/key";
    case "free":
      return "an object";
  }
}

function range(rule: {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}): string {
  const { min, max, above, below } = rule;
  if (above !== undefined && below !== undefined) return ` above ${above} and below ${below}`;
  if (above !== undefined) return max === undefined ? ` above ${above}` : ` above ${above}, at most ${max}`;
  if (min !== undefined && max !== undefined) return ` of ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}
