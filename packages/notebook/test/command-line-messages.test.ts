import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "./command.js";
import { writeNotebook } from "./notebook-file.js";

const parameters = { code: "let n = 3;\nlet must: string;", tags: ["parameters"] };

describe("one clear message", () => {
  it.each([
    [
      "a parameter of the wrong type",
      ["-p", "must=x", "-p", "n=many"],
      /Parameter "n" does not fit the notebook: Type 'string' is not assignable to type 'number'\. \(TS2322\) \(`n = "many";`\)/,
    ],
    [
      "a missing parameter",
      [],
      /Missing parameter "must": the notebook declares `must: string` without a default\. Give it with -p must=VALUE\./,
    ],
    [
      "an unknown parameter",
      ["-p", "must=x", "-p", "epoch=3"],
      /Unknown parameter "epoch"\. The notebook declares: n, must\./,
    ],
    [
      "a missing kernel",
      ["-p", "must=x", "--kernel", "cobol"],
      /There is no kernel "cobol" on this machine\. Installed: sightline/,
    ],
    ["a working folder that is not there", ["-p", "must=x", "--cwd", "/none"], /folder \/none .*not there/],
    ["a time that is none", ["--deadline", "soon"], /--deadline takes a time such as 90s, 5m or 1\.5h/],
  ])("for %s", async (_, args, message) => {
    const path = await writeNotebook([parameters, "console.log(must)"]);
    const { status, stderr } = await run(["run", path, join(dirname(path), "out.ipynb"), "--quiet", ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("for an output that cannot be written, before any cell runs", async () => {
    const path = await writeNotebook(['console.log("must not run")']);
    const { status, stderr } = await run(["run", path, join(path, "out.ipynb")]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/Cannot write .*out\.ipynb: E/);
    expect(stderr).not.toContain("must not run");
    expect(stderr).not.toContain("    at ");
  });

  it.each([
    ["that is not JSON", "{ not json", /is not a notebook: it is not JSON/],
    ["that is empty", "", /is not a notebook: it is not JSON \(the file is empty\)/],
    ["that is other JSON", "[]", /is JSON without "nbformat"/],
    ["of an old format", '{"nbformat":3,"worksheets":[]}', /has notebook format 3; only 4 is read/],
  ])("for a notebook %s", async (_, text, message) => {
    const path = join(mkdtempSync(join(tmpdir(), "sightline-test-")), "bad.ipynb");
    writeFileSync(path, text);
    const { status, stderr } = await run(["run", path]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
