import { AwsError } from "../errors.js";
import models from "./constraints.json" with { type: "json" };

/** The services whose inputs are checked against their published models. */
export type ModelledService = "sagemaker" | "application-autoscaling" | "logs" | "cloudwatch";

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

interface ServiceModel {
  readonly targetPrefix: string;
  readonly allOperations: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

const MODELS = models as unknown as Readonly<Record<ModelledService, ServiceModel>>;

/** The part of `X-Amz-Target` before the dot. */
export function targetPrefix(service: ModelledService): string {
  return MODELS[service].targetPrefix;
}

/** Whether AWS has an operation of that name, implemented here or not. */
export function isKnownOperation(service: ModelledService, operation: string): boolean {
  return MODELS[service].allOperations.includes(operation);
}

/**
 * Checks an input against the service's model: required members, types, lengths, ranges, patterns
 * and enums, worded as AWS words it. Members that the model does not know are ignored.
 *
 * @throws AwsError ValidationException or SerializationException
 */
export function checkInput(service: ModelledService, operation: string, input: unknown): void {
  const model = MODELS[service];
  const root = model.inputs[operation];
  if (root === undefined) return;
  const problems: string[] = [];
  visit(model, root, input, "", problems);
  if (problems.length === 0) return;
  const plural = problems.length === 1 ? "error" : "errors";
  throw new AwsError(
    "ValidationException",
    `${problems.length} validation ${plural} detected: ${problems.join("; ")}`,
  );
}

function visit(model: ServiceModel, name: string, value: unknown, path: string, problems: string[]): void {
  const shape = model.shapes[name]!;
  const at = (child: string) => (path === "" ? lowerFirst(child) : `${path}.${lowerFirst(child)}`);
  switch (shape.type) {
    case "structure": {
      if (!isRecord(value)) throw wrongType(path, "a structure");
      for (const member of shape.required ?? []) {
        if (value[member] === undefined || value[member] === null) problems.push(nullProblem(at(member)));
      }
      for (const [member, child] of Object.entries(shape.members ?? {})) {
        const inner = value[member];
        if (inner !== undefined && inner !== null) visit(model, child, inner, at(member), problems);
      }
      return;
    }
    case "list":
      if (!Array.isArray(value)) throw wrongType(path, "a list");
      checkSize(shape, value.length, value, path, problems);
      for (const [index, item] of value.entries())
        visit(model, shape.member!, item, `${path}.${index + 1}.member`, problems);
      return;
    case "map":
      if (!isRecord(value)) throw wrongType(path, "a map");
      checkSize(shape, Object.keys(value).length, value, path, problems);
      for (const [key, item] of Object.entries(value)) {
        visit(model, shape.key!, key, path, problems);
        visit(model, shape.value!, item, `${path}.${key}.member`, problems);
      }
      return;
    case "string":
      if (typeof value !== "string") throw wrongType(path, "a string");
      checkText(shape, value, path, problems);
      return;
    case "integer":
    case "long":
    case "float":
    case "double":
      if (typeof value !== "number") throw wrongType(path, "a number");
      checkNumber(shape, value, path, problems);
      return;
    case "boolean":
      if (typeof value !== "boolean") throw wrongType(path, "a boolean");
      return;
    default:
      return;
  }
}

function checkSize(shape: Shape, size: number, value: unknown, path: string, problems: string[]): void {
  if (shape.min !== undefined && size < shape.min) {
    problems.push(problem(value, path, `have length greater than or equal to ${shape.min}`));
  }
  if (shape.max !== undefined && size > shape.max) {
    problems.push(problem(value, path, `have length less than or equal to ${shape.max}`));
  }
}

function checkText(shape: Shape, value: string, path: string, problems: string[]): void {
  checkSize(shape, [...value].length, value, path, problems);
  if (shape.pattern !== undefined && !compilePattern(shape.pattern).test(value)) {
    problems.push(problem(value, path, `satisfy regular expression pattern: ${shape.pattern}`));
  }
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    problems.push(problem(value, path, `satisfy enum value set: [${shape.enum.join(", ")}]`));
  }
}

function checkNumber(shape: Shape, value: number, path: string, problems: string[]): void {
  if (shape.min !== undefined && value < shape.min) {
    problems.push(problem(value, path, `have value greater than or equal to ${shape.min}`));
  }
  if (shape.max !== undefined && value > shape.max) {
    problems.push(problem(value, path, `have value less than or equal to ${shape.max}`));
  }
}

const compiled = new Map<string, RegExp>();

/** Java's names of ASCII classes, which JavaScript does not know. */
const JAVA_CLASSES: Readonly<Record<string, string>> = {
  "\\p{Alnum}": "a-zA-Z0-9",
  "\\p{Print}": "\\x20-\\x7e",
};

/** The models' patterns are Java's, and match the whole string. */
export function compilePattern(pattern: string): RegExp {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    const translated = pattern
      .replace(/\[[^\]]*\]/g, (set) => set.replace(/\\p\{(?:Alnum|Print)\}/g, (name) => JAVA_CLASSES[name]!))
      .replace(/\\p\{(?:Alnum|Print)\}/g, (name) => `[${JAVA_CLASSES[name]}]`);
    regex = new RegExp(`^(?:${translated})$`, "u");
    compiled.set(pattern, regex);
  }
  return regex;
}

function problem(value: unknown, path: string, rule: string): string {
  const shown = typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
  return `Value '${shown}' at '${path}' failed to satisfy constraint: Member must ${rule}`;
}

function nullProblem(path: string): string {
  return `Value null at '${path}' failed to satisfy constraint: Member must not be null`;
}

function wrongType(path: string, expected: string): AwsError {
  return new AwsError("SerializationException", `The value at '${path}' must be ${expected}.`);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
