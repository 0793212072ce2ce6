import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Compiler } from "./compiler.js";
import { complete } from "./complete.js";
import { inspectName } from "./inspect.js";
import { loadTypeScript } from "./typescript.js";

const folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ts = loadTypeScript();

/** Runs cells; the errors of the first that is refused. */
function compile(compiler: Compiler, cells: readonly string[]): readonly string[] {
  for (const cell of cells) {
    const compiled = compiler.compile(cell);
    if (compiled.kind === "refused") return compiled.diagnostics.map(({ messageText }) => messageText);
  }
  return [];
}

const chain = (count: number) =>
  Array.from({ length: count }, (_, at) => `const c${at} = [${at === 0 ? "" : `...c${at - 1}, `}${at}]`);

describe("cells that use each other", () => {
  const compiler = new Compiler(ts, folder, "typescript");

  it("keep a program's structure, which TypeScript would build anew for another list of imports", () => {
    expect(compile(compiler, chain(2))).toEqual([]);
    for (const cell of ["c0.length", "let n = c0[0] + c1[1]", "n = 2; c1", "interface Box { n: typeof n }"]) {
      expect(compile(compiler, [cell])).toEqual([]);
      // How much of the program before is taken: 0 nothing, 1 its modules, 2 all but the text.
      const { structureIsReused } = compiler.service.getProgram() as { structureIsReused?: number };
      expect(structureIsReused, cell).toBe(2);
    }
    expect(compile(compiler, ["const box: Box = { n: 'no' }"])).toEqual([
      "Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it("find each other however many they are", () => {
    expect(
      compile(compiler, [...chain(70), "const all: number[] = [...c0, ...c31, ...c32, ...c69]"]),
    ).toEqual([]);
    expect(compile(compiler, ["const wrong: string = c69"])).toEqual([
      "Type 'number[]' is not assignable to type 'string'.",
    ]);
  });

  it("show their own names alone when they are asked about", () => {
    expect(
      compile(compiler, ["class Road { lanes = 2 }", "const road = new Road(); let later = road"]),
    ).toEqual([]);
    expect(inspectName(ts, compiler, "road", 2)).toBe("(alias) const road: Road\nimport road");
    expect(inspectName(ts, compiler, "later", 2)).toBe("let later: Road");
    expect(complete(ts, compiler, "__c", 3).matches.filter((name) => name.startsWith("__cell"))).toEqual([]);
    expect(complete(ts, compiler, "roa", 3).matches).toContain("road");
  });
});

describe("cells of JavaScript", () => {
  it("see each other too, and are not held to types", () => {
    const compiler = new Compiler(ts, folder, "javascript");
    expect(compile(compiler, [...chain(40), "let n = c39.length; n = 'text'", "n.anything"])).toEqual([]);
    expect(complete(ts, compiler, "c39.len", 7).matches).toContain("length");
  });
});
