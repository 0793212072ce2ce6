import { readFile } from "node:fs/promises";
import { ParameterError, UsageError } from "../errors.js";
import { loadTypeScript } from "../kernel/compiler/typescript.js";

/** A value that a notebook can be given: what JSON can write. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly ParameterValue[]
  | { readonly [key: string]: ParameterValue };

/** A given parameter; `text` from a command line is read by the type that the notebook declares. */
export type GivenParameter =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly value: ParameterValue };

/** A parameter that a notebook declares in its cell tagged `parameters`. */
export interface DeclaredParameter {
  readonly name: string;
  readonly kind: "string" | "number" | "boolean" | "other";
  /** As written: `"group"`, `number | undefined`; empty when the type follows from the default. */
  readonly type: string;
  /** As written; undefined = must be given. */
  readonly defaultText: string | undefined;
  readonly constant: boolean;
}

/** The `let` declarations of a parameters cell. */
export function declaredParameters(source: string): DeclaredParameter[] {
  const ts = loadTypeScript();
  const file = ts.createSourceFile("parameters.ts", source, ts.ScriptTarget.ES2022, true);
  const found: DeclaredParameter[] = [];
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    const { declarations, flags } = statement.declarationList;
    for (const { name, type, initializer } of declarations) {
      if (!ts.isIdentifier(name)) continue;
      found.push({
        name: name.text,
        kind: kindOf(type?.getText(file), initializer?.getText(file)),
        type: type?.getText(file) ?? "",
        defaultText: initializer?.getText(file),
        constant: (flags & ts.NodeFlags.Const) !== 0,
      });
    }
  }
  return found;
}

/** The cell that sets parameters. */
export interface InjectedParameters {
  readonly source: string;
  /** Name of the parameter that each line sets. */
  readonly lines: readonly string[];
  /** What each parameter is set to. */
  readonly values: Readonly<Record<string, ParameterValue>>;
}

/**
 * The cell to put behind the parameters cell: one assignment a line, which the compiler checks against the
 * declared types.
 * @throws ParameterError when a given name is not declared or a declared one without default is not given.
 */
export function injectedSource(
  declared: readonly DeclaredParameter[],
  given: ReadonlyMap<string, GivenParameter>,
): InjectedParameters {
  const known = new Map(declared.map((parameter) => [parameter.name, parameter]));
  const names = declared.map(({ name }) => name).join(", ");
  for (const name of given.keys()) {
    const parameter = known.get(name);
    if (parameter === undefined) {
      const offer = names === "" ? "The notebook declares none." : `The notebook declares: ${names}.`;
      throw new ParameterError(`Unknown parameter "${name}". ${offer}`, name);
    }
    if (parameter.constant) {
      throw new ParameterError(
        `Parameter "${name}" is declared with const; declare it with let to set it.`,
        name,
      );
    }
  }
  for (const { name, type, defaultText } of declared) {
    if (defaultText === undefined && !given.has(name)) {
      const written = type === "" ? name : `${name}: ${type}`;
      throw new ParameterError(
        `Missing parameter "${name}": the notebook declares \`${written}\` without a default. Give it with -p ${name}=VALUE.`,
        name,
      );
    }
  }
  const lines = [...given.keys()];
  const values = lines.map((name) => readValue(given.get(name)!, known.get(name)!));
  const code = lines.map((name, at) => `${name} = ${literal(values[at]!, name)};`);
  return {
    source: code.join("\n"),
    lines,
    values: Object.fromEntries(lines.map((name, at) => [name, values[at]!])),
  };
}

/** A value as TypeScript. The compiler takes U+2028 and U+2029 inside of a string for ends of lines. */
function literal(value: ParameterValue | undefined, name: string): string {
  if (value === undefined) return "undefined";
  const json = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "number" && !Number.isFinite(part)) {
      const message = `Parameter "${name}" holds ${part}, which JSON cannot write; give a finite number.`;
      throw new ParameterError(message, name);
    }
    return part;
  });
  return json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** Parameters from a YAML or JSON file (JSON is YAML). */
export async function readParameterFile(path: string): Promise<Readonly<Record<string, ParameterValue>>> {
  const { parse } = await import("yaml");
  let content: unknown;
  try {
    content = parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UsageError(`Cannot read the parameter file ${path}: ${(cause as Error).message}`, { cause });
  }
  if (content === null || typeof content !== "object" || Array.isArray(content)) {
    throw new UsageError(`The parameter file ${path} must be a list of "name: value" lines.`);
  }
  return content as Record<string, ParameterValue>;
}

/** One `name=value` of a command line, as name and text. */
export function parseParameter(argument: string): [string, string] {
  const at = argument.indexOf("=");
  const name = argument.slice(0, Math.max(0, at));
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) {
    throw new UsageError(`A parameter is given as name=value, got "${argument}".`);
  }
  return [name, argument.slice(at + 1)];
}

/** What a declaration holds, from its annotation if it has one, else from its default. */
function kindOf(type: string | undefined, initializer: string | undefined): DeclaredParameter["kind"] {
  const evidence = (type ?? initializer ?? "").trim();
  if (type !== undefined) {
    const members = evidence.split("|").map((member) => member.trim());
    const kinds = new Set(members.filter((member) => !/^(undefined|null)$/.test(member)).map(kindOfMember));
    return kinds.size === 1 ? [...kinds][0]! : "other";
  }
  return kindOfLiteral(evidence);
}

const kindOfMember = (member: string): DeclaredParameter["kind"] =>
  member === "string" || member === "number" || member === "boolean" ? member : kindOfLiteral(member);

function kindOfLiteral(text: string): DeclaredParameter["kind"] {
  if (/^(["'`])[\s\S]*\1$/.test(text)) return "string";
  if (/^-?[\d_.]+(e[+-]?\d+)?$|^-?0[xob][\da-f_]+$/i.test(text)) return "number";
  return text === "true" || text === "false" ? "boolean" : "other";
}

/**
 * The value to assign. Text that does not read as the declared type stays a string, so that it is the compiler
 * that says what is wrong with it.
 */
function readValue(given: GivenParameter, { kind }: DeclaredParameter): ParameterValue {
  if (given.kind === "value") return given.value;
  const { text } = given;
  if (kind === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (kind === "other") {
    try {
      return JSON.parse(text) as ParameterValue;
    } catch {
      return text; // Not JSON, so it is meant as text.
    }
  }
  return text;
}
