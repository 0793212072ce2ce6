import { fits, isRecord, remedyFor } from "./check.js";
import type { Field, Rule, Table } from "./field.js";
import { type Fail, missing, unknown, wrong } from "./problem.js";
import { ruleText } from "./rule-text.js";

/** How messages about a hyperparameter begin. */
export const PATH = "Hyperparameter ";

/**
 * Checks that hyperparameters are an object with the names of a table. Names with `_` or `sagemaker_` in front pass:
 * SageMaker's tuning and toolkits add them.
 */
export function checkNames(table: Table, given: unknown, fail: Fail): Readonly<Record<string, unknown>> {
  if (!isRecord(given)) fail(wrong("hyperparameters", "object", "an object of strings", given));
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(table, name) && !/^(_|sagemaker_)/.test(name)) {
      fail(unknown(PATH, name, Object.keys(table)));
    }
  }
  return given;
}

/** The values of all rows as they are sent, strings, checked and typed by their camel-case names, defaults filled in. */
export function readRows(
  table: Table,
  given: Readonly<Record<string, unknown>>,
  fail: Fail,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(table)) {
    const value = readOne(name, field, given[name], fail);
    if (value !== undefined) values[camelCase(name)] = value;
  }
  return values;
}

/** The guide: a batch is of no more pictures than there are. The default of 32 may be more, but nobody asked for it. */
export function checkMiniBatch(
  values: { readonly miniBatchSize: number; readonly numTrainingSamples: number },
  given: Readonly<Record<string, unknown>>,
  fail: Fail,
): void {
  const { miniBatchSize, numTrainingSamples } = values;
  if (given.mini_batch_size === undefined || miniBatchSize <= numTrainingSamples) return;
  const rule = `at most num_training_samples (${numTrainingSamples})`;
  fail(wrong(`${PATH}mini_batch_size`, "integer", rule, given.mini_batch_size, "Lower it."));
}

/** `mini_batch_size` -> `miniBatchSize`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function readOne(name: string, field: Field, given: unknown, fail: Fail): unknown {
  const rule = field.type === "boolean" ? "0, 1, true or false" : ruleText(field, field.unit);
  if (given === undefined) {
    if (field.required) fail(missing(`${PATH}${name}`, field.type, rule));
    return field.default;
  }
  // By hand numbers and flags come as they are.
  const text = typeof given === "number" || typeof given === "boolean" ? String(given) : given;
  const value = typeof text === "string" ? readText(field, text.trim()) : undefined;
  if (!fits(field, value)) fail(wrong(`${PATH}${name}`, field.type, rule, given, remedyFor(field)));
  return value;
}

/** What a text stands for, or undefined. */
function readText(rule: Rule, text: string): unknown {
  switch (rule.type) {
    case "integer":
    case "number":
      return DECIMAL.test(text) ? Number(text) : undefined;
    case "boolean":
      return FLAGS[text.toLowerCase()];
    case "choice":
      return rule.values.find((value) => String(value) === text);
    case "list":
      return text === "" ? [] : text.split(",").map((item) => readText(rule.of, item.trim()));
    default:
      return text;
  }
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const FLAGS: Readonly<Record<string, boolean | undefined>> = {
  "1": true,
  true: true,
  "0": false,
  false: false,
};
