import { describe, expect, it } from "vitest";
import { ParameterError, UsageError } from "../errors.js";
import { declaredParameters, type GivenParameter, injectedSource, parseParameter } from "./parameters.js";

const text = (value: string): GivenParameter => ({ kind: "text", text: value });

describe("declaredParameters", () => {
  it.each([
    ['let a = "x";', "string", "a default of text"],
    ["let a = `x`;", "string", "a template without holes"],
    ["let a = -1.5e3;", "number", "a negative default"],
    ["let a = true;", "boolean", "a boolean default"],
    ['let a: "x" | "y" = "x";', "string", "a union of texts"],
    ["let a: number | undefined = undefined;", "number", "an optional number"],
    ["let a: string;", "string", "an annotation without default"],
    ["let a: string | number = 1;", "other", "a union of kinds"],
    ["let a = [1, 2];", "other", "a list"],
    ["let a = 1 + 1;", "other", "an expression"],
  ])("reads %s as %s (%s)", (source, kind) => {
    expect(declaredParameters(source)).toMatchObject([{ name: "a", kind }]);
  });

  it("finds several in one statement and passes over everything else", () => {
    const source = "// how\nlet a = 1, b: string;\nfunction f() { let hidden = 1; }\nconst c = 2;";
    const found = declaredParameters(source);
    expect(found.map(({ name, defaultText, constant }) => [name, defaultText, constant])).toEqual([
      ["a", "1", false],
      ["b", undefined, false],
      ["c", "2", true],
    ]);
  });
});

describe("injectedSource", () => {
  const declared = declaredParameters(
    'let n = 1; let s = "a"; let b = false; let list: number[] = []; const fixed = 1;',
  );
  const assignment = (name: string, given: GivenParameter) =>
    injectedSource(declared, new Map([[name, given]])).source.split("\n")[0];

  it.each([
    ["n", text("10"), "n = 10;", "digits for a number"],
    ["n", text("1e3"), "n = 1000;", "an exponent"],
    ["n", text("ten"), 'n = "ten";', "no number: the compiler is to refuse it"],
    ["n", text(""), 'n = "";', "an empty text is no zero"],
    ["s", text("10"), 's = "10";', "digits for a text stay text"],
    ["s", text('a"b\n'), 's = "a\\"b\\n";', "quotes and line ends are escaped"],
    ["s", text("\u2028\u2029"), 's = "\\u2028\\u2029";', "line ends for the compiler are escaped"],
    ["b", text("true"), "b = true;", "a boolean"],
    ["b", text("yes"), 'b = "yes";', "no boolean: the compiler is to refuse it"],
    ["list", text("[1, 2]"), "list = [1,2];", "JSON for anything else"],
    ["list", text("[1"), 'list = "[1";', "broken JSON is text"],
    ["n", { kind: "value", value: "10" }, 'n = "10";', "a value of a file keeps its type"],
  ] as [string, GivenParameter, string, string][])("sets %s from %o as %s (%s)", (name, given, expected) => {
    expect(assignment(name, given)).toBe(expected);
  });

  it("cannot be made to run code", () => {
    const { source } = injectedSource(declared, new Map([["s", text('"; process.exit(1); "')]]));
    expect(source).toBe('s = "\\"; process.exit(1); \\"";');
  });

  it("refuses a number that JSON cannot write, as YAML has them, wherever it stands", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, [1, Number.NaN]]) {
      const set = () => assignment("n", { kind: "value", value });
      expect(set).toThrow(/Parameter "n" holds (NaN|Infinity).*finite/);
    }
  });

  it("refuses what is not declared, what is constant, and what is missing", () => {
    expect(() => assignment("m", text("1"))).toThrow(ParameterError);
    expect(() => assignment("fixed", text("1"))).toThrow("declare it with let");
    expect(() => injectedSource(declaredParameters("let must: string;"), new Map())).toThrow(
      'Missing parameter "must"',
    );
  });
});

describe("parseParameter", () => {
  it("cuts at the first equals sign", () => {
    expect(parseParameter("query=a=b")).toEqual(["query", "a=b"]);
    expect(parseParameter("empty=")).toEqual(["empty", ""]);
  });

  it.each(["n", "=1", "a-b=1", "1a=1"])("refuses %s", (argument) => {
    expect(() => parseParameter(argument)).toThrow(UsageError);
  });
});
