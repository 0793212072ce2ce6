import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KernelSession, startSession } from "./kernel-session.js";
import { scopeCases } from "./scope-cases.js";

const folder = mkdtempSync(join(tmpdir(), "sightline-test-"));
let session: KernelSession;

beforeAll(async () => {
  writeFileSync(join(folder, "only-types.d.ts"), "export interface Shape { sides: number }");
  writeFileSync(join(folder, "data.json"), '{ "n": 21 }');
  writeFileSync(join(folder, "double.ts"), "export const double = (n: number): number => n * 2;");
  session = await startSession(folder);
});
afterAll(async () => {
  await session.kernel.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("one scope for all cells", () => {
  it.each(scopeCases.map(({ fact, ...rest }) => [fact, rest] as const))("%s", async (_, { cells, value }) => {
    for (const cell of cells.slice(0, -1)) {
      const { status, traceback } = await session.run(cell);
      expect(status, traceback).toBe("ok");
    }
    const last = await session.run(cells.at(-1)!);
    expect(last.value, last.traceback).toBe(value);
  });

  it("checks types across cells before a cell runs", async () => {
    await session.run("let count = 1; const fixed = 2; interface Point { x: number }");
    const wrong = await session.run("console.log('must not run'); count = 'many'");
    expect(wrong).toMatchObject({
      text: "",
      error: "Type 'string' is not assignable to type 'number'. (TS2322), line 1",
    });
    expect((await session.run("fixed = 3")).error).toContain("because it is a constant");
    expect((await session.run("const p: Point = { y: 1 }")).error).toContain(
      "'y' does not exist in type 'Point'",
    );
  });

  it("keeps what a cell declared before it threw", async () => {
    expect((await session.run("let reached = 1; throw new Error('here'); let never = 2")).error).toBe("here");
    expect((await session.run("reached")).value).toBe("1");
    expect((await session.run("never")).error).toContain("never is not defined");
    expect((await session.run("let never = 3; never")).value).toBe("3");
  });

  it("tells lines of a cell's own source, behind awaits and in local files too", async () => {
    writeFileSync(
      join(folder, "fails.ts"),
      "interface Unused { a: number }\n\nexport function fails(): never {\n  throw new Error('in a file');\n}",
    );
    const { traceback } = await session.run("import { fails } from './fails';\n\nawait null;\nfails();");
    expect(traceback).toContain("fails.ts:4:9");
    expect(traceback).toMatch(/cell \[\d+\], line 4, column 1/);
  });
});
