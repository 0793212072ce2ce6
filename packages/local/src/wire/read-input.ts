import { AwsError } from "../errors.js";
import { type ModelledService, modelOf, type ServiceModel, type Shape } from "./service-models.js";

/** The code with which a service refuses an input that its model does not allow. */
export const VALIDATION_CODES: Readonly<Record<ModelledService, string>> = {
  sagemaker: "ValidationException",
  "application-autoscaling": "ValidationException",
  logs: "InvalidParameterException",
  cloudwatch: "ValidationError",
  sts: "ValidationError",
  iam: "ValidationError",
  ecr: "InvalidParameterException",
};

/**
 * Reads an input by the service's model: instants become `Date` (the JSON protocols send seconds since
 * 1970), members that are null are left out, and required members, types, lengths, ranges, patterns and
 * enums are checked, worded as AWS words it. Members that the model does not know are left out.
 *
 * @throws AwsError ValidationException (or what the service calls it) or SerializationException
 */
export function readInput(
  service: ModelledService,
  operation: string,
  input: unknown,
): Readonly<Record<string, unknown>> {
  const model = modelOf(service);
  const problems: string[] = [];
  const value = read(model, model.inputs[operation]!, input, "", problems);
  if (problems.length === 0) return value as Record<string, unknown>;
  const plural = problems.length === 1 ? "error" : "errors";
  throw new AwsError(
    VALIDATION_CODES[service],
    `${problems.length} validation ${plural} detected: ${problems.join("; ")}`,
  );
}

/** Reads a value by its shape and notes what is wrong with it. */
function read(model: ServiceModel, name: string, value: unknown, path: string, problems: string[]): unknown {
  const shape = model.shapes[name]!;
  switch (shape.type) {
    case "structure":
      return readStructure(model, shape, value, path, problems);
    case "list":
      if (!Array.isArray(value)) throw wrongType(path, "a list");
      checkSize(shape, value.length, value, path, problems);
      return value.map((item, index) =>
        read(model, shape.member!, item, `${path}.${index + 1}.member`, problems),
      );
    case "map":
      if (!isRecord(value)) throw wrongType(path, "a map");
      checkSize(shape, Object.keys(value).length, value, path, problems);
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [
          read(model, shape.key!, key, path, problems),
          read(model, shape.value!, item, `${path}.${key}.member`, problems),
        ]),
      );
    case "string":
      if (typeof value !== "string") throw wrongType(path, "a string");
      checkText(shape, value, path, problems);
      return value;
    case "integer":
    case "long":
    case "float":
    case "double":
      if (typeof value !== "number") throw wrongType(path, "a number");
      checkNumber(shape, value, path, problems);
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw wrongType(path, "a boolean");
      return value;
    case "timestamp":
      return readInstant(value, path);
    default:
      return value;
  }
}

function readStructure(
  model: ServiceModel,
  shape: Shape,
  value: unknown,
  path: string,
  problems: string[],
): Record<string, unknown> {
  if (!isRecord(value)) throw wrongType(path, "a structure");
  const at = (child: string) => (path === "" ? lowerFirst(child) : `${path}.${lowerFirst(child)}`);
  for (const member of shape.required ?? []) {
    if (value[member] === undefined || value[member] === null) problems.push(nullProblem(at(member)));
  }
  const given = Object.entries(shape.members ?? {}).filter(
    ([member]) => value[member] !== undefined && value[member] !== null,
  );
  return Object.fromEntries(
    given.map(([member, child]) => [member, read(model, child, value[member], at(member), problems)]),
  );
}

/** Seconds since 1970 from JSON, text from Query, a Date from CBOR. */
function readInstant(value: unknown, path: string): Date {
  const instant =
    value instanceof Date
      ? value
      : new Date(typeof value === "number" ? value * 1000 : typeof value === "string" ? value : Number.NaN);
  if (Number.isNaN(instant.getTime())) throw wrongType(path, "an instant");
  return instant;
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
      // A slip of the models: `(x*)${1,256}` is to be `(x*){1,256}`.
      .replaceAll("${", "{")
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
