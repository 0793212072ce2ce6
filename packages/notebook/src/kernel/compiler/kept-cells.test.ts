import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CellCompiler } from "./cell-compiler.js";

describe("cells that an earlier kernel has checked", () => {
  let scratch: string;
  let folder: string;
  let cache: string;
  beforeEach(() => {
    scratch = realpathSync(mkdtempSync(join(tmpdir(), "sightline-test-")));
    folder = join(scratch, "notebooks");
    cache = join(scratch, "cache");
    mkdirSync(folder);
  });
  afterEach(() => rmSync(scratch, { recursive: true }));

  const kept = () => readdirSync(cache).flatMap((name) => readdirSync(join(cache, name)));
  /** Compiles cells as a new kernel does: what came of each, and whether it had to load a compiler. */
  function run(...cells: readonly string[]) {
    const compiler = new CellCompiler(folder, "typescript", cache);
    const results = cells.map((cell) => compiler.compile(cell, true));
    return { results, compiled: compiler.isLoaded };
  }
  /** A package with one declaration, at one of its versions. */
  function write(root: string, declaration: string, seconds: number) {
    const path = join(root, "index.d.ts");
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, "package.json"), '{ "name": "roads", "types": "index.d.ts" }');
    writeFileSync(path, declaration);
    for (const each of [path, join(root, "package.json")]) utimesSync(each, seconds, seconds);
  }
  const refusal = (results: ReturnType<typeof run>["results"]) => {
    const last = results.at(-1)!;
    return last.kind === "refused" ? last.diagnostics.map(({ messageText }) => messageText) : [];
  };

  it("are the same as compiled, without a compiler", () => {
    const cells = [
      "const lane = [1, 2];",
      "interface Box { x: number }",
      "const box: Box = { x: lane[0] }; box",
    ];
    const first = run(...cells);
    expect(first.compiled).toBe(true);
    expect(kept()).toHaveLength(3);
    expect(run(...cells)).toEqual({ results: first.results, compiled: false });
  });

  it("are seen by a new one behind them", () => {
    const cells = ["const lane = [1, 2];", "let box = { x: 1 };"];
    run(...cells);
    const { results, compiled } = run(...cells, "box = { x: lane }");
    expect(compiled).toBe(true);
    expect(refusal(results)).toEqual(["Type 'number[]' is not assignable to type 'number'."]);
  });

  it("are others behind another cell", () => {
    run("const x = 1;", "const y: number = x;");
    expect(refusal(run("const x = '1';", "const y: number = x;").results)).toEqual([
      "Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it("are checked again when a declaration has changed, and those behind them too", () => {
    const root = join(folder, "node_modules", "roads");
    const cells = ["import { width } from 'roads';", "const w = width;", "const n: number = w;"];
    write(root, "export declare const width: number;", 1);
    expect(refusal(run(...cells).results)).toEqual([]);
    expect(run(...cells).compiled).toBe(false);
    write(root, "export declare const width: string;", 2);
    expect(refusal(run(...cells).results)).toEqual(["Type 'string' is not assignable to type 'number'."]);
    // Also where only the time differs: what is the same is not known without reading.
    write(root, "export declare const width: number;", 3);
    expect(run(...cells).compiled).toBe(true);
  });

  it("are checked again when a link leads to another version", () => {
    const link = join(folder, "node_modules", "roads");
    const version = (number: number) => join(scratch, `store/roads@${number}`);
    write(version(1), "export declare const width: number;", 1);
    write(version(2), "export declare const width: string;", 1);
    mkdirSync(join(folder, "node_modules"));
    const at = (number: number) => {
      rmSync(link, { force: true });
      symlinkSync(version(number), link, "dir");
      // As when a link deeper in a tree is another: the folder of packages does not tell of it.
      utimesSync(join(folder, "node_modules"), 1, 1);
    };
    const cells = ["import { width } from 'roads';", "const n: number = width;"];
    at(1);
    expect(refusal(run(...cells).results)).toEqual([]);
    expect(run(...cells).compiled).toBe(false);
    at(2);
    expect(refusal(run(...cells).results)).toEqual(["Type 'string' is not assignable to type 'number'."]);
  });

  it("are checked again when a package is installed nearer", () => {
    write(join(scratch, "node_modules", "roads"), "export declare const width: number;", 1);
    const cells = ["import { width } from 'roads';", "const n: number = width;"];
    expect(refusal(run(...cells).results)).toEqual([]);
    expect(run(...cells).compiled).toBe(false);
    write(join(folder, "node_modules", "roads"), "export declare const width: string;", 1);
    expect(refusal(run(...cells).results)).toEqual(["Type 'string' is not assignable to type 'number'."]);
  });

  it("are kept up to the first that imports a file beside the notebook", () => {
    const helper = join(folder, "helper.ts");
    writeFileSync(helper, "export const width = 1;");
    const cells = ["const one = 1;", "import { width } from './helper';", "const n: number = width;"];
    run(...cells);
    expect(kept()).toHaveLength(1);
    const { results } = run(...cells);
    expect(results[1]).toMatchObject({ modules: [{ path: helper }] });
    writeFileSync(helper, "export const width = 'one';");
    expect(refusal(run(...cells).results)).toEqual(["Type 'string' is not assignable to type 'number'."]);
  });

  it("are not kept where a file beside the notebook is missing, which JavaScript is not told of", () => {
    const cell = "import { width } from './helper'; width";
    const compile = () => new CellCompiler(folder, "javascript", cache).compile(cell, true);
    expect(compile()).toMatchObject({ kind: "compiled", modules: [] });
    writeFileSync(join(folder, "helper.js"), "export const width = 1;");
    expect(compile()).toMatchObject({ modules: [{ path: join(folder, "helper.js") }] });
  });

  it("are taken where node_modules is no folder", () => {
    writeFileSync(join(folder, "node_modules"), "none are to be installed here");
    run("const lane = 1;");
    expect(run("const lane = 1;").compiled).toBe(false);
  });

  it("are none behind a module cell, and a refused cell or one that is not to be kept is none", () => {
    const { results } = run("/** @module lanes */\nexport const two = 2;", "const three = 3;");
    expect(results.map(({ kind }) => kind)).toEqual(["compiled", "compiled"]);
    const compiler = new CellCompiler(folder, "typescript", cache);
    expect(compiler.compile("const n: number = 'one';", true).kind).toBe("refused");
    expect(compiler.compile("1 + 1", false).kind).toBe("compiled");
    expect(readdirSync(scratch)).not.toContain("cache");
  });

  it("that are damaged are checked again, and kept anew", () => {
    const first = run("const lane = 1;");
    const [file] = kept();
    writeFileSync(join(cache, readdirSync(cache)[0]!, file!), '{"code":');
    expect(run("const lane = 1;")).toEqual(first);
    expect(run("const lane = 1;").compiled).toBe(false);
  });

  it("are no more than so many, the last used staying", () => {
    run("const first = 1;");
    const [root] = readdirSync(cache);
    const first = kept()[0]!;
    for (let at = 0; at < 450; at++) {
      const path = join(cache, root!, `${at}.json`);
      writeFileSync(path, "{}");
      utimesSync(path, at, at);
    }
    run("const second = 2;");
    expect(kept()).toHaveLength(400);
    expect(kept()).toContain(first);
    expect(kept()).toContain("449.json");
    expect(kept()).not.toContain("51.json");
  });

  it("are compiled as ever where nothing can be written", () => {
    writeFileSync(cache, "a file, not a folder");
    expect(run("const lane = 1;", "lane").results.map(({ kind }) => kind)).toEqual(["compiled", "compiled"]);
  });
});
