import type { Field, Rule, Table } from "./field.js";
import { type Fail, missing, refused, wrong } from "./problem.js";
import { ruleText } from "./rule-text.js";
import { isS3Uri } from "./s3-location.js";

/** True for a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Checks an object against its table: names, then types and ranges. `null` and `undefined` are values left out.
 *
 * @param path what stands before the names in messages, for example `options.`
 */
export function checkObject(table: Table, value: object, path: string, fail: Fail): void {
  const known = Object.keys(table);
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(table, name)) fail(refused(path, name, known));
  }
  const values = value as Readonly<Record<string, unknown>>;
  for (const [name, field] of Object.entries(table)) checkField(`${path}${name}`, field, values[name], fail);
}

/** Checks one value against its row. */
export function checkField(path: string, field: Field, value: unknown, fail: Fail): void {
  if (value === undefined || value === null) {
    if (field.required) fail(missing(path, field.type, ruleText(field, field.unit)));
    return;
  }
  const inner = innerObject(field, value);
  if (inner) checkObject(inner, value as object, `${path}.`, fail);
  else if (!fits(field, value))
    fail(wrong(path, field.type, ruleText(field, field.unit), value, remedyFor(field)));
}

/** The table of an object, so that the message names the field inside of it. */
function innerObject(rule: Rule, value: unknown): Table | undefined {
  if (!isRecord(value)) return undefined;
  if (rule.type === "object") return rule.fields;
  if (rule.type !== "either") return undefined;
  return rule.of.find((one) => one.type === "object")?.fields;
}

/** What to say behind a wrong value: what it is for, and what holds without it. */
export function remedyFor({ meaning, default: fallback }: Field): string {
  const text = typeof fallback === "string" ? fallback : JSON.stringify(fallback);
  return `Meaning: ${meaning}.${fallback === undefined ? "" : ` Default: ${text}.`}`;
}

/** Whether a value keeps a rule. */
export function fits(rule: Rule, value: unknown): boolean {
  switch (rule.type) {
    case "integer":
      return Number.isSafeInteger(value) && inRange(rule, value as number);
    case "number":
      return Number.isFinite(value) && inRange(rule, value as number);
    case "non-zero":
      return Number.isFinite(value) && value !== 0;
    case "boolean":
      return typeof value === "boolean";
    case "text":
      return typeof value === "string" && (rule.empty === true || value !== "");
    case "choice":
      return rule.values.includes(value as string | number);
    case "list":
      return Array.isArray(value) && listFits(rule, value);
    case "map":
      return isRecord(value) && Object.values(value).every((item) => fits(rule.of, item));
    case "either":
      return rule.of.some((one) => fits(one, value));
    case "file-name":
      // A manifest comes with its model and must not reach outside its folder, on either system's paths.
      return typeof value === "string" && /^[^./\\\0][^/\\\0]{0,254}$/.test(value);
    case "s3":
      return isS3Uri(value);
    case "object":
    case "free":
      return isRecord(value);
  }
}

function inRange(
  rule: { readonly min?: number; readonly max?: number; readonly above?: number; readonly below?: number },
  value: number,
): boolean {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above, below } = rule;
  if (value < min || value > max) return false;
  return (above === undefined || value > above) && (below === undefined || value < below);
}

function listFits(rule: Rule & { readonly type: "list" }, value: readonly unknown[]): boolean {
  if (rule.length !== undefined && value.length !== rule.length) return false;
  if (!value.every((item) => fits(rule.of, item))) return false;
  return !rule.rising || value.every((item, i) => i === 0 || (item as number) > (value[i - 1] as number));
}
